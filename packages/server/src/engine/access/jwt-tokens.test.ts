import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { SignJWT, UnsecuredJWT, decodeJwt, exportSPKI, generateKeyPair, importJWK } from "jose";

import { openJwtTokens, renderIssuer, type JwtTokens } from "./jwt-tokens.ts";
import type { Principal } from "./principal.ts";

const START = Date.UTC(2030, 0, 1);
const ada: Principal = {
  id: "0c6d3b74-6f0a-4f7c-8a87-9f5a3b1f2d11",
  tenantId: "5a3b1f2d-6f0a-4f7c-8a87-0c6d3b740000",
  name: "ada",
  kind: "user",
  scopes: undefined,
};

describe("tokens", () => {
  let folder: string;
  let tokens: JwtTokens;
  let now = START;
  const clock = { now: () => now };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-keys-"));
    tokens = await openJwtTokens({ folder, clock, hostNames: ["ml.example.org"] });
  });
  after(() => rm(folder, { recursive: true }));

  const issue = (audienceClaim: string, lifetimeSeconds = 60): Promise<string> =>
    tokens.issue({ principal: ada, audience: "management", audienceClaim, lifetimeSeconds });

  it("are read back as the principal they were issued for", async () => {
    const task: Principal = { ...ada, kind: "task", scopes: ["/subscriptions/s"] };
    for (const principal of [ada, task]) {
      const token = await tokens.issue({ principal, audience: "management", lifetimeSeconds: 60 });
      assert.deepEqual(await tokens.verify(token, ["management"]), principal);
      assert.deepEqual(await tokens.verify(token, ["management"]), principal, "and once more from memory");
    }
  });

  it("carry the claims that Azure's clients read", async () => {
    const { aud, tid, oid, appid, name, scp, exp, nbf, iss } = decodeJwt(await issue("https://ml.azure.lazuli"));
    assert.deepEqual(
      { aud, tid, oid, name, scp, exp, iss },
      {
        aud: "https://ml.azure.lazuli",
        tid: ada.tenantId,
        oid: ada.id,
        name: "ada",
        scp: "user_impersonation",
        exp: START / 1000 + 60,
        iss: renderIssuer(ada.tenantId),
      },
    );
    assert.equal(typeof appid, "string");
    assert.ok(nbf !== undefined && nbf <= START / 1000);
  });

  const management = [
    "https://management.azure.com",
    "https://management.azure.com/",
    "https://management.core.windows.net/",
    "https://127.0.0.1:8470",
    "https://localhost:9999/",
    "https://[::1]:8470",
    "https://ml.example.org",
    "https://ml.example.org:8470/",
  ];
  for (const claim of management) {
    it(`for '${claim}' open management and endpoints, not storage`, async () => {
      const token = await issue(claim);
      await tokens.verify(token, ["management"]);
      await tokens.verify(token, ["machineLearning"]);
      await assert.rejects(tokens.verify(token, ["storage"]), { code: "Unauthenticated" });
    });
  }

  for (const claim of ["https://storage.azure.com", "https://lz0123456789abcdef.blob.core.lazuli/"]) {
    it(`for '${claim}' open storage alone`, async () => {
      const token = await issue(claim);
      await tokens.verify(token, ["storage"]);
      await assert.rejects(tokens.verify(token, ["management", "machineLearning", "task", "studio"]), {
        code: "Unauthenticated",
        message: new RegExp(`is for the audience '${claim}'`),
      });
    });
  }

  const foreign = [
    "https://vault.azure.net",
    "https://management.azure.com.evil.example",
    "https://ml.example.org.evil.example",
    "https://ml.example.org:8470.evil.example",
    "https://evil.example/https://management.azure.com",
  ];
  for (const claim of foreign) {
    it(`for '${claim}' open nothing`, async () => {
      const all = ["management", "storage", "machineLearning", "studio", "task"] as const;
      await assert.rejects(tokens.verify(await issue(claim), all), /is for the audience/);
    });
  }

  it("end when they expire, also after they were seen in time", async () => {
    const token = await issue("https://management.azure.com", 60);
    await tokens.verify(token, ["management"]);
    now += 61_000;
    await assert.rejects(tokens.verify(token, ["management"]), /expired at 2030-01-01T00:01:00.000Z/);
    const other = await openJwtTokens({ folder, clock, hostNames: [] });
    await assert.rejects(other.verify(token, ["management"]), /expired at 2030-01-01T00:01:00.000Z/);
    now = START;
  });

  it("are still good for the server that comes after a restart", async () => {
    const token = await issue("https://management.azure.com");
    const restarted = await openJwtTokens({ folder, clock, hostNames: [] });
    assert.deepEqual(await restarted.verify(token, ["management"]), ada);
  });

  it("are refused when absent, with the way to get one", async () => {
    for (const absent of [undefined, ""]) {
      await assert.rejects(tokens.verify(absent, ["management"]), { code: "Unauthenticated", message: /lazuli env/ });
    }
  });

  it("are refused when forged", async () => {
    const good = await issue("https://management.azure.com");
    const [head = "", body = "", signature = ""] = good.split(".");
    const claims = decodeJwt(good);
    const raised = Buffer.from(JSON.stringify({ ...claims, oid: "somebody-else" })).toString("base64url");
    const stranger = await generateKeyPair("RS256");
    const [publicJwk] = tokens.publicKeys();
    assert.ok(publicJwk !== undefined);
    const publicPem = await exportSPKI(await publicKeyOf(publicJwk));
    const header = { alg: "RS256", kid: publicJwk.kid ?? "" };
    const forged = [
      `${head}.${raised}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}.${signature.slice(0, -8)}AAAAAAAA`,
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader(header).sign(stranger.privateKey),
      // The public key used as if it were a shared secret.
      await new SignJWT(claims).setProtectedHeader({ ...header, alg: "HS256" }).sign(Buffer.from(publicPem)),
      "nonsense",
      "a.b.c",
      "x".repeat(100_000),
    ];
    for (const token of forged) {
      await assert.rejects(tokens.verify(token, ["management"]), { code: "Unauthenticated" }, token.slice(0, 80));
    }
  });

  it("of another home are refused", async () => {
    const otherFolder = await mkdtemp(join(tmpdir(), "lazuli-keys-"));
    const other = await openJwtTokens({ folder: otherFolder, clock, hostNames: [] });
    const token = await other.issue({ principal: ada, audience: "management", lifetimeSeconds: 60 });
    await assert.rejects(tokens.verify(token, ["management"]), /not signed by this server/);
    await rm(otherFolder, { recursive: true });
  });

  it("are signed with keys that only their owner can read", async () => {
    for (const name of ["token-signing.pem", "task-token-signing.pem"]) {
      const { mode } = await stat(join(folder, name));
      assert.equal(mode & 0o777, 0o600, name);
    }
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const key of tokens.publicKeys()) assert.equal("d" in key || "p" in key, false);
  });
});

async function publicKeyOf(jwk: Parameters<typeof importJWK>[0]) {
  const key = await importJWK(jwk, "RS256", { extractable: true });
  assert.ok(!(key instanceof Uint8Array));
  return key;
}
