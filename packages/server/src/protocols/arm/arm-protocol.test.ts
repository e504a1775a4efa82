import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { modelTypes } from "@lazuli/contract/resources/model.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { controlMigrations, type ControlSchema } from "../../engine/control-schema.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import type { ControlDatabase } from "../../engine/resources/resource-store.ts";
import type { ArmDependencies } from "./arm-dependencies.ts";
import { armProtocol } from "./arm-protocol.ts";

const PROVIDER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices";
const VERSION = "api-version=2024-10-01";
const MODEL = { properties: { modelUri: "azureml://datastores/workspaceblobstore/paths/m", tags: { a: "1" } } };

const POLL_MS = 10;
const caller = { id: "me", tenantId: "t", name: "Me", kind: "user", scopes: undefined } as const;

describe("arm protocol", () => {
  let app: FastifyInstance;
  let engine: Engine;
  let database: ControlDatabase;
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-arm-"));
    database = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations);
    engine = createEngine({ database, clock: systemClock, log: silentLog });
    engine.define({
      type: workspaceType,
      state: z.looseObject({}),
      initialState: {},
      reconcile: async () => ({ kind: "ready" }),
    });
    await engine.start({ force: true });
    const authenticate: ArmDependencies["authenticate"] = async (headers) => {
      if (headers["authorization"] === "Bearer good") return caller;
      throw new PlatformError("Unauthenticated", "The token is not good.");
    };
    app = Fastify();
    await app.register(
      armProtocol({
        engine,
        authenticate,
        access: { assertCan: async () => undefined },
        baseUrl: "https://here",
        version: "1.2.3",
        locationFacts: new Map([["usages", { method: "GET", answer: async () => ({ value: [] }) }]]),
      }),
    );
    await put("workspaces/main", { location: "local", properties: {} });
  });
  after(async () => {
    await app.close();
    await engine.stop();
    await database.close();
    await rm(folder, { recursive: true });
  });

  async function send(method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE", path: string, body?: unknown, headers = {}) {
    const url = path.startsWith("/") ? path : `${PROVIDER}/${path}`;
    const answer = await app.inject({
      method,
      url: url.includes("?") ? url : `${url}?${VERSION}`,
      headers: { authorization: "Bearer good", ...headers },
      ...(body !== undefined && { payload: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(body !== undefined && {
        headers: { authorization: "Bearer good", "content-type": "application/json", ...headers },
      }),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body === "" ? undefined : answer.json() };
  }
  const put = (path: string, body: unknown, headers = {}) => send("PUT", path, body, headers);

  it("answers 201 with an operation that ends, then the resource whatever its case", async () => {
    const made = await put("workspaces/Second", { location: "local", tags: { team: "x" }, properties: {} });
    assert.equal(made.status, 201);
    const operation = new URL(String(made.headers["azure-asyncoperation"]));
    let status = "InProgress";
    for (let tries = 0; tries < 500 && status === "InProgress"; tries += 1) {
      await delay(POLL_MS);
      status = (await send("GET", `${operation.pathname}${operation.search}`)).body.status;
    }
    assert.equal(status, "Succeeded");
    const shown = await send(
      "GET",
      `${PROVIDER.replace("resourceGroups", "RESOURCEGROUPS")}/WORKSPACES/second?${VERSION}`,
    );
    assert.deepEqual(
      [shown.body.name, shown.body.tags, shown.body.properties.provisioningState],
      ["Second", { team: "x" }, "Succeeded"],
    );
  });

  it("counts versions up and finds the latest by its alias and label", async () => {
    await put("workspaces/main/models/iris/versions/1", MODEL);
    await put("workspaces/main/models/iris/versions/2", MODEL);
    const container = await send("GET", "workspaces/main/models/iris");
    assert.deepEqual([container.body.properties.latestVersion, container.body.properties.nextVersion], ["2", "3"]);
    for (const path of ["versions/azureml_default", "labels/latest"]) {
      assert.equal((await send("GET", `workspaces/main/models/iris/${path}`)).body.name, "2");
    }
    const newest = await send(
      "GET",
      `${PROVIDER}/workspaces/main/models/iris/versions?${VERSION}&$orderBy=createdtime desc&$top=1`,
    );
    assert.deepEqual(
      newest.body.value.map((one: { name: string }) => one.name),
      ["2"],
    );
  });

  it("keeps a property that it does not know", async () => {
    await put("workspaces/main/models/newer/versions/1", {
      properties: { ...MODEL.properties, ofTomorrow: { a: [1] } },
    });
    const shown = await send("GET", "workspaces/main/models/newer/versions/1");
    assert.deepEqual(shown.body.properties.ofTomorrow, { a: [1] });
  });

  it("merges a patch and takes away what is null", async () => {
    await put("workspaces/main/models/patched/versions/1", MODEL);
    const patch = { properties: { description: "new", tags: { a: null, b: "2" } } };
    const patched = await send("PATCH", "workspaces/main/models/patched/versions/1", patch);
    assert.equal(patched.body.properties.description, "new");
    assert.deepEqual(patched.body.properties.tags, { b: "2" });
  });

  it("follows nextLink through all pages", async () => {
    for (let index = 0; index < 5; index += 1) await put(`workspaces/main/models/page${index}/versions/1`, MODEL);
    const seen: string[] = [];
    let url: string | undefined = `${PROVIDER}/workspaces/main/models?${VERSION}&count=2`;
    while (url !== undefined) {
      const page: { body: { value: { name: string }[]; nextLink?: string } } = await send("GET", url);
      seen.push(...page.body.value.map((one) => one.name));
      url = page.body.nextLink?.replace("https://here", "");
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.equal(seen.filter((name) => name.startsWith("page")).length, 5);
  });

  it("hides archived assets unless they are asked for", async () => {
    await put("workspaces/main/models/old", { properties: { isArchived: true } });
    const names = async (view: string) => {
      const page = await send("GET", `${PROVIDER}/workspaces/main/models?${VERSION}&listViewType=${view}`);
      return page.body.value.map((one: { name: string }) => one.name).includes("old");
    };
    assert.deepEqual([await names("ActiveOnly"), await names("ArchivedOnly"), await names("All")], [false, true, true]);
  });

  it("creates a workspace from Azure's template", async () => {
    const url = `/subscriptions/s/resourcegroups/g/providers/Microsoft.Resources/deployments/d1?api-version=2020-06-01`;
    const parameters = {
      workspaceName: { value: "fromtemplate" },
      location: { value: "local" },
      tagValues: { value: { k: "v" } },
    };
    const deployed = await put(url, { properties: { mode: "incremental", template: {}, parameters } });
    assert.deepEqual([deployed.status, deployed.body.properties.provisioningState], [201, "Succeeded"]);
    assert.deepEqual((await send("GET", "workspaces/fromtemplate")).body.tags, { k: "v" });
  });

  const refusals: readonly [name: string, run: () => ReturnType<typeof send>, status: number, code: string][] = [
    [
      "no token",
      () => send("GET", "workspaces/main", undefined, { authorization: "" }),
      401,
      "InvalidAuthenticationToken",
    ],
    [
      "a wrong token",
      () => send("GET", "workspaces/main", undefined, { authorization: "Bearer bad" }),
      401,
      "InvalidAuthenticationToken",
    ],
    ["no api-version", () => send("GET", `${PROVIDER}/workspaces/main?a=b`), 400, "MissingApiVersionParameter"],
    [
      "a nonsense api-version",
      () => send("GET", `${PROVIDER}/workspaces/main?api-version=tomorrow`),
      400,
      "InvalidApiVersionParameter",
    ],
    [
      "malformed JSON",
      () => put("workspaces/main/models/x/versions/1", '{"properties": '),
      400,
      "InvalidRequestContent",
    ],
    ["a body that is no object", () => put("workspaces/main/models/x/versions/1", "[1]"), 400, "InvalidRequestContent"],
    [
      "a wrong type",
      () => put("workspaces/main/models/x/versions/1", { properties: { modelUri: 7 } }),
      400,
      "ValidationError",
    ],
    ["a wrong envelope", () => put("workspaces/main", { tags: "none" }), 400, "ValidationError"],
    ["a bad name", () => put("workspaces/main/models/a%20b/versions/1", MODEL), 400, "InvalidResourceName"],
    ["an unknown type", () => send("GET", "workspaces/main/unicorns/x"), 404, "InvalidResourceType"],
    ["a missing resource", () => send("GET", "workspaces/main/models/none"), 404, "ResourceNotFound"],
    ["a missing parent", () => put("workspaces/none/models/x/versions/1", MODEL), 404, "ResourceNotFound"],
    ["an unknown action", () => send("POST", "workspaces/main/dance", {}), 404, "InvalidAction"],
    [
      "an old ETag",
      () => put("workspaces/main/models/iris/versions/1", MODEL, { "if-match": '"77"' }),
      412,
      "PreconditionFailed",
    ],
  ];
  for (const [name, run, status, code] of refusals) {
    it(`refuses ${name} with ${status} ${code}`, async () => {
      const answer = await run();
      assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
      assert.ok(answer.body.error.message.length > 10);
    });
  }

  it("finds every resource group, and remembers what was said of one", async () => {
    const url = (name: string) => `/subscriptions/s/resourcegroups/${name}?api-version=2021-04-01`;
    assert.equal((await send("GET", url("never-made"))).body.location, "local");
    await put(url("made"), { location: "west", tags: { team: "x" } });
    const shown = await send("GET", url("MADE"));
    assert.deepEqual([shown.body.name, shown.body.location, shown.body.tags], ["made", "west", { team: "x" }]);
    const names = (await send("GET", "/subscriptions/s/resourcegroups?api-version=2021-04-01")).body.value;
    assert.deepEqual(names.map((group: { name: string }) => group.name).toSorted(), ["g", "made"]);
  });

  it("describes itself as OpenAPI to who may ask", async () => {
    assert.equal((await app.inject({ url: "/openapi.json" })).statusCode, 401);
    const answer = await app.inject({ url: "/openapi.json", headers: { authorization: "Bearer good" } });
    assert.deepEqual([answer.json().openapi, answer.json().info.version], ["3.1.0", "1.2.3"]);
  });

  it("takes a JSON header without a body as no body", async () => {
    const answer = await send("DELETE", "workspaces/main/models/none/versions/1", "");
    assert.equal(answer.status, 204);
  });

  it("answers 204 to the delete of what is not there", async () => {
    assert.equal((await send("DELETE", "workspaces/main/models/none/versions/1")).status, 204);
    assert.equal(modelTypes.length, 4);
  });
});
