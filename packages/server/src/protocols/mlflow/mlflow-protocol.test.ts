import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";
import Fastify, { type FastifyInstance } from "fastify";

import { silentLog } from "../../base/log.ts";
import { openBlobStore } from "../../blobs/open-blob-store.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import type { Principal } from "../../engine/access/principal.ts";
import { createEngine } from "../../engine/engine.ts";
import { controlMigrations, type ControlSchema } from "../../engine/control-schema.ts";
import { openTrackingStore } from "../../tracking/open-tracking-store.ts";
import { trackingMigrations, type TrackingSchema } from "../../tracking/tracking-schema.ts";
import { storageAccountOf } from "../../engine/workspaces/workspace-storage.ts";
import { mlflowProtocol } from "./mlflow-protocol.ts";

const GUID = "0123456789abcdef0123456789abcdef";
const ADA: Principal = { id: "a", tenantId: "t", name: "ada", kind: "user", scopes: undefined };
const GROUP = "/subscriptions/s/resourceGroups/g";
const WORKSPACE = `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/main`;
const BASE = `/mlflow/v2.0${WORKSPACE}`;
const errorBody = z.object({ error_code: z.string(), message: z.string() });

describe("mlflow protocol", () => {
  let app: FastifyInstance;
  let closeAll: () => Promise<void>;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "lazuli-mlflow-"));
    const clock = { now: () => 1_000 };
    const control = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations);
    const database = await openSqliteDatabase<TrackingSchema>(join(folder, "tracking.db"), trackingMigrations);
    const engine = createEngine({ database: control, clock, log: silentLog });
    const blobs = await openBlobStore({
      database: join(folder, "blobs.db"),
      folder: join(folder, "objects"),
      secretBox: { seal: (text) => text, open: (text) => text },
      clock,
      log: silentLog,
    });
    const principal = ADA;
    await engine.resources.put({ id: GROUP, properties: {}, principal }).catch(() => undefined);
    await engine.resources.put({ id: WORKSPACE, properties: {}, envelope: { location: "local" }, principal });
    await engine.resources.updateState(WORKSPACE, () => ({ workspaceId: GUID }));
    await blobs.ensureAccount(storageAccountOf(GUID));
    await blobs.ensureContainer(storageAccountOf(GUID), "azureml");
    app = Fastify();
    await app.register(
      mlflowProtocol({
        tracking: openTrackingStore({ database, clock }),
        resources: engine.resources,
        blobs,
        locator: { locate: () => Promise.reject(new PlatformError("NotFound", "no such data")) },
        authenticate: async ({ authorization }) => {
          if (authorization === undefined) throw new PlatformError("Unauthenticated", "No token.");
          return { ...ADA, name: String(authorization).replace("Bearer ", "") };
        },
        access: {
          async assertCan({ name }, action, id) {
            const isAllowed = name === "ada" || (name === "reader" && action.endsWith("/read"));
            if (!isAllowed) throw new PlatformError("Forbidden", `'${name}' may not do '${action}' on '${id}'.`);
          },
        },
        clock,
        log: silentLog,
        baseUrl: "https://127.0.0.1:1",
      }),
    );
    closeAll = async () => {
      await app.close();
      await blobs.close();
      await database.close();
      await control.close();
      await rm(folder, { recursive: true });
    };
  });
  after(() => closeAll());

  async function send(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    options: { body?: unknown; as?: string } = {},
  ) {
    const answer = await app.inject({
      method,
      url: path.startsWith("/mlflow/") && !path.startsWith("/mlflow/v") ? `${BASE}/api/2.0${path}` : path,
      headers: { authorization: `Bearer ${options.as ?? "ada"}`, "content-type": "application/json" },
      ...(options.body !== undefined && {
        payload: typeof options.body === "string" ? options.body : JSON.stringify(options.body),
      }),
    });
    return {
      status: answer.statusCode,
      body: answer.body,
      headers: answer.headers,
      json: (): unknown => answer.json(),
    };
  }

  async function refusal(...request: Parameters<typeof send>) {
    const answer = await send(...request);
    const { error_code: code, message } = errorBody.parse(answer.json());
    return { status: answer.status, code, message };
  }

  it("leads the address that the client prints for a run to Studio", async () => {
    const answer = await app.inject({ method: "GET", url: `${BASE}/` });
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers["content-security-policy"]), /script-src 'sha256-/);
    assert.match(answer.body, /location\.replace/);
  });

  it("answers health and version without a token", async () => {
    assert.equal((await app.inject({ url: `${BASE}/health` })).body, "OK");
    assert.match((await app.inject({ url: `${BASE}/version` })).body, /^\d+\.\d+\.\d+$/);
  });

  it("answers 401 without a token and 403 without a role", async () => {
    const answer = await app.inject({ url: `${BASE}/api/2.0/mlflow/experiments/get?experiment_id=0` });
    assert.deepEqual([answer.statusCode, answer.json().error_code], [401, "UNAUTHENTICATED"]);
    const read = await send("GET", "/mlflow/experiments/get?experiment_id=0", { as: "reader" });
    assert.equal(read.status, 200);
    const written = await refusal("POST", "/mlflow/runs/create", { body: { experiment_id: "0" }, as: "reader" });
    assert.deepEqual([written.status, written.code], [403, "PERMISSION_DENIED"]);
    const stored = await refusal("PUT", `${BASE}/api/2.0/mlflow-artifacts/artifacts/Models/m/x`, {
      body: "{}",
      as: "reader",
    });
    assert.equal(stored.status, 403);
  });

  it("knows the workspace in any case and under every prefix, and no other workspace", async () => {
    const query = "/mlflow/experiments/get?experiment_id=0";
    for (const prefix of [
      `${BASE}/api/2.0`,
      `${BASE}/ajax-api/3.0`,
      `${BASE.replace("v2.0", "v1.0").replace("resourceGroups", "resourcegroups").replace("main", "MAIN")}/api/2.0`,
    ]) {
      assert.equal((await send("GET", prefix + query)).status, 200, prefix);
    }
    const answer = await refusal("GET", `${BASE.replace("main", "other")}/api/2.0${query}`);
    assert.deepEqual([answer.status, answer.code], [404, "RESOURCE_DOES_NOT_EXIST"]);
  });

  it("says which endpoint does not exist", async () => {
    const answer = await refusal("GET", "/mlflow/experiments/nonsense");
    assert.deepEqual(answer, {
      status: 404,
      code: "ENDPOINT_NOT_FOUND",
      message: "No such endpoint: GET /mlflow/experiments/nonsense",
    });
  });

  it("refuses bad input in MLflow's words", async () => {
    const cases: readonly [string, unknown, RegExp][] = [
      ["/mlflow/runs/create", "{not json", /not a JSON object/],
      ["/mlflow/runs/create", "[1]", /not a JSON object/],
      ["/mlflow/experiments/create", {}, /^Missing value for required parameter 'name'\.$/],
      ["/mlflow/experiments/create", { name: 5 }, /^Invalid value 5 for parameter 'name' supplied/],
      ["/mlflow/experiments/create", { name: "x".repeat(501) }, /exceeds the maximum length of 500/],
      ["/mlflow/experiments/create", { name: "e", artifact_location: "file:///etc" }, /^Invalid artifact_location/],
      ["/mlflow/runs/log-metric", { run_id: "r", key: "k", value: "abc", timestamp: 1 }, /valid double/],
      ["/mlflow/runs/log-metric", { run_id: "r", key: "../k", value: 1, timestamp: 1 }, /would resolve to '\.\.\/k'/],
      ["/mlflow/runs/log-metric", { run_id: "r", key: "k", value: 1, timestamp: -1 }, /nonnegative long/],
      ["/mlflow/runs/search", { experiment_ids: ["0"], max_results: 50_001 }, /at most 50000/],
      ["/mlflow/runs/search", { experiment_ids: ["0"], page_token: "!!" }, /Invalid page token/],
      ["/mlflow/runs/search", { experiment_ids: ["0"], filter: "a ~ 1" }, /^Invalid clause/],
    ];
    for (const [path, body, pattern] of cases) {
      const answer = await refusal("POST", path, { body });
      assert.equal(answer.status, 400, path);
      assert.match(answer.message, pattern);
    }
  });

  it("takes numbers as text and old names of fields", async () => {
    const made = await send("POST", "/mlflow/runs/create", {
      body: { experiment_id: "0", start_time: "5", user_id: "u" },
    });
    const run = z.object({ run: z.object({ info: z.looseObject({ run_id: z.string(), start_time: z.number() }) }) });
    const { run_id: runId, start_time: startTime } = run.parse(made.json()).run.info;
    assert.equal(startTime, 5);
    const metric = { run_uuid: runId, key: "m", value: "-Infinity", timestamp: "7", step: null };
    assert.equal((await send("POST", "/mlflow/runs/log-metric", { body: metric })).status, 200);
    const found = await send("GET", `/mlflow/metrics/get-history?run_uuid=${runId}&metric_key=m`);
    assert.deepEqual(found.json(), { metrics: [{ key: "m", value: "-Infinity", timestamp: 7, step: 0 }] });
  });

  it("keeps artifacts as attachments that no browser runs", async () => {
    const path = `${BASE}/api/2.0/mlflow-artifacts/artifacts/Models/m-1/page.html`;
    assert.equal((await send("PUT", path, { body: "<script>1</script>" })).status, 200);
    const read = await send("GET", path);
    assert.equal(read.body, "<script>1</script>");
    assert.match(String(read.headers["content-disposition"]), /^attachment/);
    assert.equal(read.headers["x-content-type-options"], "nosniff");
    assert.deepEqual((await send("GET", `${BASE}/api/2.0/mlflow-artifacts/artifacts?path=Models/m-1`)).json(), {
      files: [{ path: "page.html", is_dir: false, file_size: 18 }],
    });
    assert.equal((await send("DELETE", path)).status, 200);
    assert.equal((await refusal("GET", path)).status, 404);
  });

  it("keeps a trace of a client before MLflow 3", async () => {
    const start = { experiment_id: "0", timestamp_ms: 10, tags: [{ key: "mlflow.traceName", value: "f" }] };
    const made = await send("POST", "/mlflow/traces", { body: start });
    const { request_id: id } = z
      .object({ trace_info: z.looseObject({ request_id: z.string() }) })
      .parse(made.json()).trace_info;
    const end = { timestamp_ms: 35, status: "OK", request_metadata: [{ key: "a", value: "b" }] };
    const ended = await app.inject({
      method: "PATCH",
      url: `${BASE}/api/2.0/mlflow/traces/${id}`,
      headers: { authorization: "Bearer ada" },
      payload: end,
    });
    assert.equal(ended.statusCode, 200);
    const found = await send("GET", "/mlflow/traces?experiment_ids=0&filter=name%20%3D%20'f'");
    const traces = z.object({ traces: z.array(z.looseObject({})) }).parse(found.json()).traces;
    assert.deepEqual(
      traces.map((trace) => [trace["request_id"], trace["execution_time_ms"], trace["status"]]),
      [[id, 25, "OK"]],
    );
  });
});
