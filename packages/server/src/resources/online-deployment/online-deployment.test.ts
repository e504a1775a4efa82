import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import type { TaskError } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import type { BlobStore } from "../../blobs/blob-store.ts";
import { databaseView } from "../../database/database-view.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import type { ComputeDriver, TaskHandle } from "../../drivers/driver.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import { controlMigrations, type ControlSchema } from "../../engine/control-schema.ts";
import { AssetFinder } from "../../engine/data/asset-finder.ts";
import { DataLocator } from "../../engine/data/data-locator.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { EnvironmentResolver } from "../../engine/environments/environment-resolver.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import { openSecretBox } from "../../engine/secrets/secret-box.ts";
import { ServingCounters } from "../../engine/serving/serving-counters.ts";
import { ServingTable } from "../../engine/serving/serving-table.ts";
import { wakeServing } from "../../engine/serving/wake-serving.ts";
import { openLiveLogs } from "../../engine/tasks/open-live-logs.ts";
import { openTasks } from "../../engine/tasks/open-tasks.ts";
import { taskMigrations, type TaskTables } from "../../engine/tasks/task-schema.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import { onlineEndpointResource } from "../online-endpoint/online-endpoint.ts";
import { onlineDeploymentResource } from "./online-deployment.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const ENDPOINT = `${WORKSPACE}/onlineEndpoints/iris`;
const BLUE = `${ENDPOINT}/deployments/blue`;
const GUID = "3f2a9c01-0000-4000-8000-000000000000";
const WAIT_MS_MAX = 10_000;

const properties = {
  model: `${WORKSPACE}/models/iris/versions/1`,
  environmentId: `${WORKSPACE}/environments/env/versions/1`,
  codeConfiguration: { codeId: `${WORKSPACE}/codes/code/versions/1`, scoringScript: "score.py" },
};

/** Runs no processes: each task becomes a small server, or fails as it is told. */
class FakeDriver implements ComputeDriver {
  readonly name = "fake";
  readonly can = { useGpu: false, openTerminal: false };
  readonly specs: TaskSpec[] = [];
  readonly servers = new Map<string, Server>();
  failsWith: TaskError | undefined;
  tasks: Tasks | undefined;

  async start(task: TaskSpec): Promise<TaskHandle> {
    if (this.specs.some((one) => one.taskId === task.taskId)) return { taskId: task.taskId };
    this.specs.push(task);
    if (this.failsWith === undefined) setImmediate(() => void this.#serve(task.taskId));
    else setImmediate(() => void this.end(task.taskId, this.failsWith));
    return { taskId: task.taskId };
  }

  async inspect({ taskId }: TaskHandle): Promise<"running" | "lost"> {
    const isStarting = this.failsWith === undefined && !this.servers.has(String(taskId));
    return isStarting || this.servers.get(String(taskId))?.listening === true ? "running" : "lost";
  }

  async stop({ taskId }: TaskHandle): Promise<void> {
    await this.end(String(taskId), undefined);
  }

  async kill(handle: TaskHandle): Promise<void> {
    await this.stop(handle);
  }

  async end(taskId: string, error: TaskError | undefined): Promise<void> {
    this.servers.get(taskId)?.close();
    const outcome = error === undefined ? "canceled" : "failed";
    const result = {
      outcome,
      exitCode: null,
      endedAt: Date.now(),
      substitutions: {},
      ...(error && { error }),
    } as const;
    await this.tasks?.report(taskId, { runnerId: "r", events: [], logs: [], result });
  }

  async #serve(taskId: string): Promise<void> {
    const server = createServer((_request, response) => response.end("Healthy"));
    this.servers.set(taskId, server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await this.tasks?.report(taskId, { runnerId: "r", events: [], logs: [], port });
  }
}

const tokens: Tokens = {
  issue: () => Promise.resolve("token"),
  verify: () => Promise.reject(new Error("not used")),
  inspect: () => Promise.reject(new Error("not used")),
};

describe("online deployment", () => {
  let folder = "";
  let driver = new FakeDriver();
  let table = new ServingTable();
  let engine: Engine;
  let logs: LiveLogs;
  let close = async () => {};

  async function open(): Promise<void> {
    const path = join(folder, "control.db");
    const database = await openSqliteDatabase<ControlSchema>(path, [...controlMigrations, ...taskMigrations]);
    engine = createEngine({ database, clock: systemClock, log: silentLog });
    logs = openLiveLogs({ folder: join(folder, "logs") });
    const tasks = openTasks({
      database: databaseView<TaskTables>(database),
      logs,
      clock: systemClock,
      onChange: (ownerId) => engine.resources.wake(ownerId),
    });
    driver.tasks = tasks;
    table = new ServingTable();
    const secretBox = await openSecretBox(join(folder, "keys"));
    const assets = new AssetFinder({ resources: engine.resources, findRegistryId: () => Promise.resolve(undefined) });
    const locator = new DataLocator({ resources: engine.resources, assets });
    engine.define({ type: workspaceType, state: z.looseObject({}), initialState: { workspaceId: GUID } });
    engine.define(onlineEndpointResource({ secretBox, table, tokens, baseUrl: "https://127.0.0.1:8470" }));
    engine.define(
      onlineDeploymentResource({
        assets,
        locator,
        blobs: noBlobs,
        serverUrl: "http://127.0.0.1:1",
        environments: new EnvironmentResolver({ assets }),
        table,
        counters: new ServingCounters(),
        tasks,
        logs,
        tokens,
        driver,
        tasksFolder: join(folder, "tasks"),
        pythonFolder: "/python",
      }),
    );
    await engine.start({ force: true });
    close = async () => {
      await engine.stop();
      await database.close();
    };
  }

  const put = (id: string, body: unknown, envelope = {}) =>
    engine.resources.put({ id, properties: body, envelope, principal: systemPrincipal });
  const deploy = (capacity: number, more = {}, id = BLUE) =>
    put(id, { ...properties, ...more }, { sku: { name: "Default", capacity } });

  async function settle(id: string): Promise<Resource> {
    const signal = AbortSignal.timeout(WAIT_MS_MAX);
    for await (const _change of engine.changes.subscribe(0, signal)) {
      const resource = await engine.resources.find(id);
      if (resource !== undefined && ["Succeeded", "Failed"].includes(resource.provisioningState)) return resource;
    }
    throw new Error(`'${id}' did not settle.`);
  }

  const served = (name = "blue") => table.findDeployment(ENDPOINT, name)?.replicas.map((one) => one.taskId) ?? [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-serving-"));
    driver = new FakeDriver();
    await open();
    await put(WORKSPACE, {});
    await put(`${WORKSPACE}/models/iris/versions/1`, { modelUri: "https://store.example/a/model/" });
    await put(`${WORKSPACE}/codes/code/versions/1`, { codeUri: "https://store.example/a/src/" });
    await put(`${WORKSPACE}/environments/env/versions/1`, { image: "python:3.11" });
    await put(ENDPOINT, { authMode: "Key" });
    await settle(ENDPOINT);
  });

  afterEach(async () => {
    await close();
    for (const server of driver.servers.values()) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("serves once every instance answers, with code, model and environment of the deployment", async () => {
    await deploy(2);
    const resource = await settle(BLUE);
    assert.equal(resource.provisioningState, "Succeeded");
    assert.equal(served().length, 2);
    const [spec] = driver.specs;
    assert.equal(spec?.kind, "replica");
    assert.equal(spec?.environment.pythonVersion, "3.11");
    assert.deepEqual(spec?.inputs[0]?.name, "model/model");
    assert.equal(spec?.variables["AZUREML_ENTRY_SCRIPT"], "score.py");
    assert.match(spec?.variables["PYTHONPATH"] ?? "", /^\/python/);
  });

  it("fails with the last line of the traceback and keeps nothing running", async () => {
    driver.failsWith = {
      category: "user",
      code: "CommandFailed",
      message: "ValueError: no model",
      exitCode: 3,
      logTail: [],
    };
    await deploy(1);
    const resource = await settle(BLUE);
    assert.equal(resource.provisioningState, "Failed");
    assert.match(JSON.stringify(resource.state), /'score.py' did not start: ValueError: no model/);
    assert.deepEqual(served(), []);
    assert.equal(driver.specs.length, 1);
  });

  it("tries anew when it is put again after a failure", async () => {
    driver.failsWith = { category: "user", code: "CommandFailed", message: "ValueError: no model", logTail: [] };
    await deploy(1);
    await settle(BLUE);
    driver.failsWith = undefined;
    await deploy(1);
    await until(() => served().length === 1);
    assert.equal((await settle(BLUE)).provisioningState, "Succeeded");
  });

  it("scales up and down without touching the replicas that stay", async () => {
    await deploy(1);
    await settle(BLUE);
    const [first] = served();
    await deploy(3);
    await until(() => served().length === 3);
    assert.ok(served().includes(first ?? ""));
    await deploy(1);
    await until(() => served().length === 1);
    assert.deepEqual(served(), [first]);
    await until(() => [...driver.servers.values()].filter((server) => server.listening).length === 1);
  });

  it("updates by new replicas first, and keeps the old ones when the new ones fail", async () => {
    await deploy(1);
    await settle(BLUE);
    const old = served();
    await deploy(1, { environmentVariables: { COLOR: "2" } });
    await until(() => served().length === 1 && served()[0] !== old[0]);
    await settle(BLUE);
    const kept = served();
    driver.failsWith = { category: "user", code: "CommandFailed", message: "boom", logTail: [] };
    await deploy(1, { environmentVariables: { COLOR: "3" } });
    await until(async () => (await engine.resources.get(BLUE)).provisioningState === "Failed");
    assert.deepEqual(served(), kept);
  });

  it("replaces a replica that died", async () => {
    await deploy(1);
    await settle(BLUE);
    const [first = ""] = served();
    await driver.end(first, { category: "user", code: "CommandKilled", message: "killed", logTail: [] });
    await until(() => served().length === 1 && served()[0] !== first);
    assert.equal((await engine.resources.get(BLUE)).provisioningState, "Succeeded");
  });

  it("finds its replicas again after a restart, and starts none twice", async () => {
    await deploy(2);
    await settle(BLUE);
    const before = served().toSorted();
    await close();
    await open();
    await wakeServing(engine);
    await until(() => served().length === 2);
    assert.deepEqual(served().toSorted(), before);
    assert.equal(driver.specs.length, 2);
    await until(() => table.find(`${GUID.slice(0, 8)}/iris`) !== undefined);
  });

  it("stops everything when it is deleted with its endpoint", async () => {
    await deploy(2);
    await settle(BLUE);
    await engine.resources.remove(ENDPOINT, systemPrincipal);
    await until(async () => (await engine.resources.find(ENDPOINT)) === undefined);
    assert.equal(await engine.resources.find(BLUE), undefined);
    assert.ok([...driver.servers.values()].every((server) => !server.listening));
    assert.deepEqual(served(), []);
  });

  it("refuses unknown assets, bad names, reserved variables and a missing script", async () => {
    const missing = { model: `${WORKSPACE}/models/none/versions/1` };
    await assert.rejects(deploy(1, missing), { code: "NotFound" });
    await assert.rejects(deploy(1, {}, `${ENDPOINT}/deployments/b_1`), { target: "name" });
    await assert.rejects(deploy(1, { environmentVariables: { LAZULI_PORT: "1" } }), { code: "BadRequest" });
    await assert.rejects(deploy(1, { codeConfiguration: null }), { target: "properties.codeConfiguration" });
    await assert.rejects(deploy(51), { target: "sku.capacity" });
    const outside = { codeConfiguration: { ...properties.codeConfiguration, scoringScript: "../score.py" } };
    await assert.rejects(deploy(1, outside), { code: "BadRequest" });
  });

  it("shows the end of the log under what happened to the instance", async () => {
    await deploy(1);
    const resource = await settle(BLUE);
    const [taskId = ""] = served();
    await logs.append({ taskId, name: "user_logs/std_log.txt" }, 0, Buffer.from("one\ntwo\nthree\n"));
    const getLogs = engine.definitions.get("workspaces/onlineendpoints/deployments")?.actions?.["getLogs"];
    const request = { resource, body: { tail: 2 }, query: {}, principal: systemPrincipal };
    const answer = z.object({ content: z.string() }).parse(await getLogs?.(request, engine.context));
    assert.match(answer.content, /Instance: replica-/);
    assert.match(answer.content, /Container logs:\ntwo\nthree\n$/);
  });

  it("keeps keys out of the endpoint and checks traffic against its deployments", async () => {
    await deploy(1);
    await settle(BLUE);
    await put(ENDPOINT, { authMode: "Key", traffic: { blue: 100 } });
    await assert.rejects(put(ENDPOINT, { authMode: "Key", traffic: { blue: 50 } }), { azureCode: "InvalidTraffic" });
    await assert.rejects(put(ENDPOINT, { authMode: "Key", traffic: { red: 100 } }), {
      azureCode: "DeploymentNotFound",
    });
    await assert.rejects(put(ENDPOINT, { authMode: "AMLToken" }), { target: "properties.authMode" });
    const resource = await engine.resources.get(ENDPOINT);
    const definition = engine.definitions.get("workspaces/onlineendpoints");
    const shown = await definition?.render?.(resource, engine.context);
    assert.equal(shown?.["scoringUri"], "https://127.0.0.1:8470/endpoints/3f2a9c01/iris/score");
    const request = { resource, body: {}, query: {}, principal: systemPrincipal };
    const keys = z.object({ primaryKey: z.string(), secondaryKey: z.string() });
    const before = keys.parse(await definition?.actions?.["listKeys"]?.(request, engine.context));
    assert.ok(!JSON.stringify([resource, shown]).includes(before.primaryKey));
    const body = { keyType: "Secondary", keyValue: "a-key-of-my-own-choice" };
    await definition?.actions?.["regenerateKeys"]?.({ ...request, body }, engine.context);
    const changed = { ...request, resource: await engine.resources.get(ENDPOINT) };
    const after = keys.parse(await definition?.actions?.["listKeys"]?.(changed, engine.context));
    assert.deepEqual(after, { primaryKey: before.primaryKey, secondaryKey: "a-key-of-my-own-choice" });
  });
});

function unused(): never {
  throw new Error("These deployments have nothing in the blob store.");
}

const noBlobs: BlobStore = {
  ensureAccount: unused,
  removeAccount: unused,
  ensureContainer: unused,
  find: unused,
  list: unused,
  read: unused,
  put: unused,
  adopt: unused,
  remove: unused,
  localPath: unused,
  accountKey: unused,
  signSas: unused,
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    assert.ok(Date.now() < endsAt, "the condition was not met in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
