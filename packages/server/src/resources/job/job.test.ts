import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { TaskReport } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import {
  FakeDriver,
  GUID,
  openStores,
  openWorld,
  WORKSPACE,
  type Stores,
  type World,
} from "../../../../../test/support/job-world.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import { storageAccountOf } from "../../engine/workspaces/workspace-storage.ts";
import { jobStateSchema, type JobState } from "./job-state.ts";

const WAIT_MS_MAX = 20_000;
const LOOK_MS = 5;
const RUNNER = "runner-1";

describe("job", () => {
  let stores: Stores;
  let world: World;
  const jobId = (name: string) => `${WORKSPACE}/jobs/${name}`;
  const put = (id: string, properties: unknown) =>
    world.engine.resources.put({ id, properties, principal: systemPrincipal });

  async function submit(name: string, more: Record<string, unknown> = {}): Promise<string> {
    const environmentId = `${WORKSPACE}/environments/plain/versions/1`;
    await put(jobId(name), { jobType: "Command", command: "true", environmentId, computeId: "one", ...more });
    return name;
  }

  async function reach(name: string, isReached: (state: JobState) => boolean): Promise<JobState> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (Date.now() < deadline) {
      const job = await world.engine.resources.get(jobId(name));
      const state = jobStateSchema.parse(job.state);
      if (isReached(state)) return state;
      await delay(LOOK_MS);
    }
    throw new Error(`Job '${name}' did not get there.`);
  }

  const reachStatus = (name: string, status: string) => reach(name, (state) => state.status === status);

  async function startedTask(name: string): Promise<TaskSpec> {
    const find = () => world.driver.started.findLast(({ variables }) => variables["AZUREML_RUN_ID"] === name);
    await reach(name, (state) => find() !== undefined && state.timeline.some(({ phase }) => phase === "Preparing"));
    const spec = find();
    assert.ok(spec !== undefined);
    return spec;
  }

  async function report(taskId: string, more: Partial<TaskReport>): Promise<void> {
    await world.tasks.report(taskId, { runnerId: RUNNER, events: [], logs: [], ...more });
  }

  async function complete(name: string): Promise<JobState> {
    const { taskId } = await startedTask(name);
    await report(taskId, { result: { outcome: "completed", exitCode: 0, endedAt: 5, substitutions: {} } });
    return reachStatus(name, "Completed");
  }

  async function cancel(name: string): Promise<void> {
    const resource = await world.engine.resources.get(jobId(name));
    const action = world.engine.definitions.get("workspaces/jobs")?.actions?.["cancel"];
    await action?.({ resource, body: undefined, query: {}, principal: systemPrincipal }, world.engine.context);
  }

  before(async () => {
    stores = await openStores();
    world = await openWorld(stores, new FakeDriver());
    await put(WORKSPACE, {});
    await put(`${WORKSPACE}/environments/plain/versions/1`, { image: "python:3.11" });
    await put(`${WORKSPACE}/computes/one`, {
      computeType: "AmlCompute",
      properties: { scaleSettings: { maxNodeCount: 1 } },
    });
    const signal = AbortSignal.timeout(WAIT_MS_MAX);
    for await (const _change of world.engine.changes.subscribe(0, signal)) {
      const workspace = await world.engine.resources.get(WORKSPACE);
      if (workspace.provisioningState === "Succeeded") break;
    }
  });
  after(async () => {
    await world.engine.stop();
    await stores.close();
  });

  it("ends with its logs archived, its run closed and its named output registered", async () => {
    const outputs = { model: { jobOutputType: "custom_model", assetName: "iris" } };
    await submit("whole", {
      command: "train --n ${{inputs.n}} --to ${{outputs.model}}",
      outputs,
      inputs: { n: { jobInputType: "literal", value: "3" } },
    });
    const spec = await startedTask("whole");
    assert.equal(spec.command, "train --n 3 --to ${{outputs.model}}");
    await stores.liveLogs.append({ taskId: spec.taskId, name: "user_logs/std_log.txt" }, 0, Buffer.from("hello\n"));
    await report(spec.taskId, {
      events: [{ sequence: 0, at: 1, phase: "running", reason: "the command runs" }],
    });
    await reachStatus("whole", "Running");
    const state = await complete("whole");
    assert.equal(state.outputs["model"]?.assetId, `${WORKSPACE}/models/iris/versions/1`);
    const name = "ExperimentRun/dcid.whole/user_logs/std_log.txt";
    const blob = await stores.blobs.find({ account: storageAccountOf(GUID), container: "azureml", name });
    assert.equal(blob?.sizeBytes, 6);
    assert.equal((await stores.tracking.findRun(WORKSPACE.toLowerCase(), "whole"))?.status, "FINISHED");
    await reach("whole", ({ isCleared }) => isCleared);
    assert.equal(await world.tasks.find(spec.taskId), undefined);
  });

  it("waits with a reason until a node is free", async () => {
    await submit("first");
    await startedTask("first");
    await submit("second");
    const waiting = await reachStatus("second", "Queued");
    assert.equal(waiting.timeline.at(-1)?.reason, "waits for a node of 'one': 1 of 1 busy, position 1");
    await complete("first");
    await complete("second");
  });

  it("ends at once when it is canceled while it waits", async () => {
    await submit("ahead");
    await startedTask("ahead");
    await submit("queued");
    await reachStatus("queued", "Queued");
    await cancel("queued");
    const state = await reachStatus("queued", "Canceled");
    assert.equal(state.startedAt, undefined);
    await complete("ahead");
  });

  it("stops the task when it is canceled while it runs", async () => {
    await submit("running");
    const { taskId } = await startedTask("running");
    await cancel("running");
    await reach("running", () => world.driver.stopped.includes(taskId));
    await report(taskId, { result: { outcome: "canceled", exitCode: null, endedAt: 9, substitutions: {} } });
    await reachStatus("running", "Canceled");
    assert.equal((await stores.tracking.findRun(WORKSPACE.toLowerCase(), "running"))?.status, "KILLED");
  });

  it("starts another runner when the first one ended before it began", async () => {
    await submit("unlucky");
    const { taskId } = await startedTask("unlucky");
    world.driver.statuses.set(taskId, "lost");
    world.engine.resources.wake(jobId("unlucky"));
    await reach("unlucky", ({ attempt }) => attempt === 2);
    await reach("unlucky", () => world.driver.started.at(-1)?.taskId !== taskId);
    await complete("unlucky");
  });

  it("fails as the system's fault, and runs no second time, when a runner that had begun is gone", async () => {
    await submit("gone");
    const { taskId } = await startedTask("gone");
    await report(taskId, { events: [{ sequence: 0, at: 1, phase: "running", reason: "the command runs" }] });
    await reachStatus("gone", "Running");
    world.driver.statuses.set(taskId, "lost");
    world.engine.resources.wake(jobId("gone"));
    const state = await reachStatus("gone", "Failed");
    assert.deepEqual([state.error?.category, state.error?.code, state.attempt], ["system", "RunnerLost", 1]);
  });

  it("keeps its node over a restart, and its result counts once", async () => {
    await submit("survivor");
    const { taskId } = await startedTask("survivor");
    await submit("patient");
    await reachStatus("patient", "Queued");
    await world.engine.stop();
    const startedCount = world.driver.started.length;
    world = await openWorld(stores, world.driver);
    world.engine.resources.wake(jobId("patient"));
    world.engine.resources.wake(jobId("survivor"));
    await report(taskId, { events: [{ sequence: 0, at: 1, phase: "running", reason: "the command runs" }] });
    await reachStatus("survivor", "Running");
    assert.equal(world.driver.started.length, startedCount);
    await report(taskId, { result: { outcome: "completed", exitCode: 0, endedAt: 5, substitutions: {} } });
    await reachStatus("survivor", "Completed");
    await complete("patient");
  });

  it("knows its outputs again when the server ended before it wrote that the task was made", async () => {
    await submit("unwritten", { outputs: { table: { jobOutputType: "uri_folder" } } });
    const { taskId } = await startedTask("unwritten");
    await world.engine.stop();
    const before = (state: JobState): JobState => ({
      ...state,
      status: "NotStarted",
      timeline: state.timeline.slice(0, 1),
      outputs: {},
      hasRun: false,
    });
    await world.engine.resources.updateState(jobId("unwritten"), (job) => before(jobStateSchema.parse(job.state)));
    const startedCount = world.driver.started.length;
    world = await openWorld(stores, world.driver);
    world.engine.resources.wake(jobId("unwritten"));
    const found = await reachStatus("unwritten", "Preparing");
    const uri = "azureml://datastores/workspaceblobstore/paths/azureml/unwritten/table/";
    assert.deepEqual([found.outputs, found.hasRun], [{ table: { type: "uri_folder", uri } }, true]);
    await report(taskId, { result: { outcome: "completed", exitCode: 0, endedAt: 5, substitutions: {} } });
    assert.equal((await reachStatus("unwritten", "Completed")).outputs["table"]?.uri, uri);
    assert.equal(world.driver.started.length, startedCount);
  });

  it("is refused with every problem at once", async () => {
    const inputs = {
      a: { jobInputType: "uri_file", uri: "azureml:none:1" },
      b: { jobInputType: "uri_folder", uri: "azureml://jobs/wrong/outputs/x" },
    };
    const limits = { timeout: "soon" };
    await assert.rejects(
      submit("wrong", { computeId: "none", inputs, limits, command: "echo ${{inputs.c}}" }),
      (error: unknown) => {
        assert.ok(error instanceof PlatformError);
        assert.deepEqual(error.details.map(({ target }) => target).sort(), [
          "properties.command",
          "properties.computeId",
          "properties.inputs.a",
          "properties.inputs.b",
          "properties.limits.timeout",
        ]);
        return true;
      },
    );
  });

  it("names the release question when it is of another type", async () => {
    await assert.rejects(put(jobId("auto"), { jobType: "AutoML" }), {
      code: "Unsupported",
      message:
        "Job 'auto' is of type 'AutoML', which arrives in a later release; 'Command', 'Sweep', 'Pipeline', 'Spark' jobs run so far.",
    });
  });

  it("fails with the input's name when nothing lies there", async () => {
    const inputs = { data: { jobInputType: "uri_folder", uri: "azureml://datastores/workspaceblobstore/paths/none/" } };
    await submit("empty", { inputs });
    const { error } = await reachStatus("empty", "Failed");
    assert.equal(error?.category, "data");
    assert.match(error?.message ?? "", /Input 'data' cannot be read: Nothing is stored/);
  });

  it("reads the output that a completed job left empty as an empty folder", async () => {
    await submit("giver", { outputs: { out: { jobOutputType: "uri_folder" } } });
    await complete("giver");
    const uri = "azureml://datastores/workspaceblobstore/paths/azureml/giver/out/";
    await submit("taker", { inputs: { data: { jobInputType: "uri_folder", uri } } });
    const { inputs } = await startedTask("taker");
    assert.deepEqual([inputs[0]?.isFolder, inputs[0]?.localFiles], [true, {}]);
    await complete("taker");
  });

  it("keeps what it runs when it is put again, and takes new words", async () => {
    await submit("again");
    await complete("again");
    await submit("again", { displayName: "new words" });
    assert.equal((await world.engine.resources.get(jobId("again"))).properties["displayName"], "new words");
    await assert.rejects(submit("again", { command: "false" }), { code: "Conflict" });
  });
});
