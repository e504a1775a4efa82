import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { createLocalJWKSet, jwtVerify } from "jose";
import { z } from "zod";

import { startIdentityServer, type IdentityServer } from "../support/identity-server.ts";

const linkSchema = z.object({ url: z.string(), expiresInSeconds: z.number() });
const tokenSchema = z.object({ access_token: z.string() });

describe("identity over HTTP", () => {
  let server: IdentityServer;
  before(async () => {
    server = await startIdentityServer();
  });
  after(() => server.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.loopbackUrl + path, { headers, redirect: "manual" });

  async function ownerToken(resource = "https://management.azure.com"): Promise<string> {
    const answer = await get(`/identity/token?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`, {
      "x-identity-header": server.owner.secret,
    });
    return tokenSchema.parse(await answer.json()).access_token;
  }

  it("serves only our own cloud at the metadata address", async () => {
    const clouds = z.array(z.looseObject({ name: z.string() })).parse(await (await get("/metadata/endpoints")).json());
    assert.deepEqual(
      clouds.map(({ name }) => name),
      ["LazuliCloud"],
    );
  });

  it("gives nothing to who has no proof", async () => {
    for (const proof of ["", "x", "a.b.c", server.owner.secret.slice(0, -1)]) {
      const answer = await get("/identity/token?resource=https://management.azure.com", { "x-identity-header": proof });
      assert.equal(answer.status, 401, proof);
    }
  });

  it("refuses a request without resource, with a crooked lifetime, or for our own doors", async () => {
    const header = { "x-identity-header": server.owner.secret };
    for (const query of ["", "resource=", "resource=https://x&lifetime_seconds=99999999", "resource=urn:lazuli:task"]) {
      assert.equal((await get(`/identity/token?${query}`, header)).status, 400, query);
    }
  });

  it("publishes the keys that its tokens verify with", async () => {
    const configuration = z
      .object({ jwks_uri: z.string() })
      .parse(await (await get("/common/v2.0/.well-known/openid-configuration")).json());
    const keys = await get(new URL(configuration.jwks_uri).pathname);
    const keySet = createLocalJWKSet(
      z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).parse(await keys.json()),
    );
    const { payload } = await jwtVerify(await ownerToken(), keySet);
    assert.equal(payload["oid"], server.owner.principal.id);
  });

  it("answers OAuth2's words for what OAuth2 clients do wrong", async () => {
    const tenant = server.owner.principal.tenantId;
    const cases: readonly [path: string, form: Record<string, string>, status: number, error: string][] = [
      [
        `/${tenant}/oauth2/v2.0/token`,
        { grant_type: "password", client_id: "a", client_secret: "b" },
        400,
        "unsupported_grant_type",
      ],
      [
        `/${tenant}/oauth2/v2.0/token`,
        { grant_type: "client_credentials", client_id: "a", client_secret: "b" },
        401,
        "invalid_client",
      ],
      [`/${tenant}/oauth2/token`, {}, 400, "invalid_request"],
      [
        `/${crypto.randomUUID()}/oauth2/token`,
        { grant_type: "client_credentials", client_id: "a", client_secret: "b" },
        400,
        "invalid_request",
      ],
    ];
    for (const [path, form, status, error] of cases) {
      const answer = await fetch(server.loopbackUrl + path, { method: "POST", body: new URLSearchParams(form) });
      assert.deepEqual(
        [answer.status, z.looseObject({ error: z.string() }).parse(await answer.json()).error],
        [status, error],
      );
    }
  });

  it("trades a sign-in link once for a session", async () => {
    const authorization = `Bearer ${await ownerToken()}`;
    const made = await fetch(`${server.loopbackUrl}/identity/sign-in-links`, {
      method: "POST",
      headers: { authorization },
    });
    const { url } = linkSchema.parse(await made.json());
    const first = await fetch(url, { redirect: "manual" });
    assert.deepEqual([first.status, first.headers.get("location")], [303, "/"]);
    const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    assert.equal((await get("/doors/studio", { cookie })).status, 200);
    assert.equal((await get("/doors/studio", { cookie, "sec-fetch-site": "cross-site" })).status, 401);
    const second = await fetch(url, { redirect: "manual" });
    assert.equal(second.status, 401);
    assert.match(await second.text(), /lazuli studio/);
  });

  it("makes sign-in links for nobody without a token", async () => {
    assert.equal((await fetch(`${server.loopbackUrl}/identity/sign-in-links`, { method: "POST" })).status, 401);
  });

  it("tells where a registry is served, to who may ask", async () => {
    const path = "/registrymanagement/v1.0/registries/azureml/discovery?api-version=v1.0";
    assert.equal((await get(path)).status, 401);
    const authorization = `Bearer ${await ownerToken()}`;
    const answer = await get(path, { authorization });
    const body = z.looseObject({}).parse(await answer.json());
    assert.equal(body["primaryRegionResourceProviderUri"], `${server.url}/`);
    assert.equal(body["resourceGroup"], "azureml-registry");
    const missing = await get("/registrymanagement/v1.0/registries/none/discovery", { authorization });
    assert.equal(missing.status, 404);
  });
});
