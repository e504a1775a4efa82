import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import type { TaskReport, TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import {
  FakeDriver,
  openStores,
  openWorld,
  WORKSPACE,
  type Stores,
  type World,
} from "../../../../../../test/support/job-world.ts";
import { systemPrincipal } from "../../../engine/access/principal.ts";
import { jobStateSchema, type JobState } from "../job-state.ts";

const WAIT_MS_MAX = 20_000;
const LOOK_MS = 5;
const DONE: TaskResult = { outcome: "completed", exitCode: 0, endedAt: 5, substitutions: {} };
const CANCELED: TaskResult = { outcome: "canceled", exitCode: 143, endedAt: 9, substitutions: {} };

function failure(message: string, endedAt: number): TaskResult {
  const error = { category: "user", code: "CommandFailed", message, exitCode: 1, logTail: [] } as const;
  return { outcome: "failed", exitCode: 1, endedAt, substitutions: {}, error: { ...error, logTail: [] } };
}

describe("job of several nodes", () => {
  let stores: Stores;
  let world: World;
  const jobId = (name: string) => `${WORKSPACE}/jobs/${name}`;
  const put = (id: string, properties: unknown) =>
    world.engine.resources.put({ id, properties, principal: systemPrincipal });
  const cluster = (name: string, properties: object) =>
    put(`${WORKSPACE}/computes/${name}`, { computeType: "AmlCompute", properties });

  async function submit(name: string, more: Record<string, unknown> = {}): Promise<void> {
    const environmentId = `${WORKSPACE}/environments/plain/versions/1`;
    const resources = { instanceCount: 2 };
    await put(jobId(name), {
      jobType: "Command",
      command: "true",
      environmentId,
      computeId: "two",
      resources,
      ...more,
    });
  }

  async function reach(name: string, isReached: (state: JobState) => boolean): Promise<JobState> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (Date.now() < deadline) {
      const state = jobStateSchema.parse((await world.engine.resources.get(jobId(name))).state);
      if (isReached(state)) return state;
      await delay(LOOK_MS);
    }
    throw new Error(`Job '${name}' did not get there.`);
  }

  const reachStatus = (name: string, status: string) => reach(name, (state) => state.status === status);

  /** The job's tasks of one attempt, by rank, once the driver has them all. */
  async function startedTasks(name: string, attempt = 1): Promise<readonly TaskSpec[]> {
    await reach(name, (state) => state.attempt === attempt && state.status === "Preparing");
    const all = world.driver.started.filter(({ variables }) => variables["AZUREML_RUN_ID"] === name);
    const own = all.toSorted((left, right) => (left.group?.nodeRank ?? 0) - (right.group?.nodeRank ?? 0));
    const ids = new Set(own.map(({ taskId }) => taskId.split("-").slice(0, 2).join("-")));
    const last = [...ids].at(-1) ?? "";
    return own.filter(({ taskId }) => attempt === 1 || taskId.startsWith(last));
  }

  async function report(task: TaskSpec | undefined, more: Partial<TaskReport>): Promise<void> {
    assert.ok(task !== undefined);
    await world.tasks.report(task.taskId, { runnerId: "r", events: [], logs: [], ...more });
  }

  /** Reports that the tasks ended as the driver was asked to end them. */
  async function obeyStop(tasks: readonly TaskSpec[]): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!tasks.every(({ taskId }) => world.driver.stopped.includes(taskId))) {
      assert.ok(Date.now() < deadline, "the tasks were not asked to stop");
      await delay(LOOK_MS);
    }
    for (const task of tasks) await report(task, { result: CANCELED });
  }

  async function restart(): Promise<void> {
    await world.engine.stop();
    world = await openWorld(stores, world.driver);
  }

  before(async () => {
    stores = await openStores();
    world = await openWorld(stores, new FakeDriver());
    await put(WORKSPACE, {});
    await put(`${WORKSPACE}/environments/plain/versions/1`, { image: "python:3.11" });
    await cluster("two", { scaleSettings: { maxNodeCount: 2 } });
    await cluster("low", { vmPriority: "LowPriority", scaleSettings: { maxNodeCount: 2 } });
    await cluster("gpu", { vmSize: "Standard_NC6s_v3", scaleSettings: { maxNodeCount: 4 } });
    while ((await world.engine.resources.get(WORKSPACE)).provisioningState !== "Succeeded") await delay(LOOK_MS);
  });
  after(async () => {
    await world.engine.stop();
    await stores.close();
  });

  it("has a task on each node, which are told the same of each other", async () => {
    await submit("all", { distribution: { distributionType: "PyTorch", processCountPerInstance: 2 } });
    const tasks = await startedTasks("all");
    assert.deepEqual(
      tasks.map(({ group }) => group?.nodeRank),
      [0, 1],
    );
    assert.deepEqual(tasks[0]?.group?.addresses, ["127.0.0.1", "127.0.0.1"]);
    assert.equal(tasks[0]?.group?.masterPort, tasks[1]?.group?.masterPort);
    assert.deepEqual(tasks[1]?.group?.launch, { kind: "PyTorch", processCount: 2 });
    await report(tasks[0], { result: DONE });
    await report(tasks[1], { result: { ...DONE, endedAt: 8 } });
    const state = await reachStatus("all", "Completed");
    assert.deepEqual([state.endedAt, state.exitCode], [8, 0]);
  });

  it("fails with the node that failed first, and stops the others", async () => {
    await submit("broken");
    const tasks = await startedTasks("broken");
    await report(tasks[1], { result: failure("boom", 4) });
    await obeyStop(tasks.slice(0, 1));
    const state = await reachStatus("broken", "Failed");
    assert.equal(state.error?.message, "Node 1: boom");
    assert.equal(world.pools.isSeated(jobId("broken").toLowerCase()), false);
  });

  it("fails when the runner of one node is gone", async () => {
    await submit("lost");
    const tasks = await startedTasks("lost");
    for (const task of tasks) {
      await report(task, { events: [{ sequence: 0, at: 1, phase: "running", reason: "the command runs" }] });
    }
    world.driver.statuses.set(tasks[1]?.taskId ?? "", "lost");
    world.engine.resources.wake(jobId("lost"));
    await obeyStop(tasks.slice(0, 1));
    const state = await reachStatus("lost", "Failed");
    assert.deepEqual([state.error?.category, state.error?.code], ["system", "RunnerLost"]);
  });

  it("keeps its nodes over a restart, and starts nothing twice", async () => {
    await submit("kept");
    const tasks = await startedTasks("kept");
    const before = world.driver.started.length;
    await restart();
    await submit("next");
    await reachStatus("next", "Queued");
    assert.equal(world.driver.started.length, before);
    await report(tasks[0], { result: DONE });
    await report(tasks[1], { result: DONE });
    await reachStatus("kept", "Completed");
    const own = await startedTasks("next");
    for (const task of own) await report(task, { result: DONE });
    await reachStatus("next", "Completed");
  });

  it("starts what is missing when the server ended between its tasks", async () => {
    await submit("half");
    const tasks = await startedTasks("half");
    await world.engine.stop();
    await world.tasks.remove(tasks[1]?.taskId ?? "");
    world = await openWorld(stores, world.driver);
    world.engine.resources.wake(jobId("half"));
    const deadline = Date.now() + WAIT_MS_MAX;
    while ((await world.tasks.find(tasks[1]?.taskId ?? "")) === undefined) {
      assert.ok(Date.now() < deadline);
      await delay(LOOK_MS);
    }
    const again = await world.tasks.find(tasks[1]?.taskId ?? "");
    assert.deepEqual(again?.spec.group, tasks[1]?.group);
    for (const task of tasks) await report(task, { result: DONE });
    await reachStatus("half", "Completed");
  });

  it("ends on all nodes when it is canceled", async () => {
    await submit("stopped");
    const tasks = await startedTasks("stopped");
    const resource = await world.engine.resources.get(jobId("stopped"));
    const action = world.engine.definitions.get("workspaces/jobs")?.actions?.["cancel"];
    await action?.({ resource, body: undefined, query: {}, principal: systemPrincipal }, world.engine.context);
    await obeyStop(tasks);
    await reachStatus("stopped", "Canceled");
  });

  it("gives its nodes back when it is preempted, and begins anew", async () => {
    await submit("cheap", { computeId: "low" });
    const tasks = await startedTasks("cheap");
    world.pools.preempt(`${WORKSPACE}/computes/low`.toLowerCase(), { reason: "a test wants it" });
    await obeyStop(tasks);
    const again = await startedTasks("cheap", 2);
    assert.equal(again.length, 2);
    const state = await reach("cheap", ({ attempt }) => attempt === 2);
    const reasons = state.timeline.map(({ reason }) => reason);
    assert.ok(reasons.includes("preempted: a test wants it; waits to begin attempt 2"), reasons.join("\n"));
    for (const task of again) await report(task, { result: DONE });
    await reachStatus("cheap", "Completed");
  });

  it("begins anew although the server ended while it was leaving", async () => {
    await submit("moved", { computeId: "low" });
    const tasks = await startedTasks("moved");
    world.pools.preempt(`${WORKSPACE}/computes/low`.toLowerCase(), { reason: "a test wants it" });
    await reach("moved", ({ leaf }) => leaf.leaving !== undefined);
    await restart();
    await obeyStop(tasks);
    const again = await startedTasks("moved", 2);
    for (const task of again) await report(task, { result: DONE });
    const state = await reachStatus("moved", "Completed");
    assert.deepEqual([state.attempt, state.leaf.preemptionCount], [2, 1]);
  });

  it("has completed when it did so before it heard that it is to leave", async () => {
    await submit("quick", { computeId: "low" });
    const tasks = await startedTasks("quick");
    await report(tasks[0], { result: DONE });
    world.pools.preempt(`${WORKSPACE}/computes/low`.toLowerCase(), { reason: "a test wants it" });
    await report(tasks[1], { result: DONE });
    assert.equal((await reachStatus("quick", "Completed")).attempt, 1);
  });

  it("gets GPUs of its own on each node, and says so where there are not enough", async () => {
    await submit("drawn", { computeId: "gpu" });
    const tasks = await startedTasks("drawn");
    assert.deepEqual(
      tasks.map(({ gpus }) => gpus),
      [[0], [1]],
    );
    await submit("wide", { computeId: "two", resources: { instanceCount: 2, dockerArgs: "--gpus 2 --ipc=host" } });
    await reachStatus("wide", "Queued");
    for (const task of tasks) await report(task, { result: DONE });
    const wide = await startedTasks("wide");
    assert.deepEqual(
      wide.map(({ gpus }) => gpus),
      [[0], [1]],
    );
    for (const task of wide) await report(task, { result: DONE });
    const { substitutions } = await reachStatus("wide", "Completed");
    assert.equal(substitutions["gpu"], "2 GPUs a node asked, this machine has 3 in all: gets 1 a node");
    assert.match(substitutions["container"] ?? "", /^arguments '--ipc=host' asked/);
  });

  it("is refused when its compute can never hold it", async () => {
    await assert.rejects(submit("huge", { resources: { instanceCount: 3 } }), {
      message: "The job needs 3 nodes at once, and compute 'two' has 2 at most. Ask for fewer, or let it grow.",
    });
    await assert.rejects(submit("odd", { queueSettings: { priority: "urgent" } }), /'urgent' is no priority/);
  });

  it("fails when its compute is deleted", async () => {
    await cluster("brief", { scaleSettings: { maxNodeCount: 2 } });
    await submit("homeless", { computeId: "brief" });
    const tasks = await startedTasks("homeless");
    await world.engine.resources.remove(`${WORKSPACE}/computes/brief`, systemPrincipal);
    await obeyStop(tasks);
    const state = await reachStatus("homeless", "Failed");
    assert.equal(state.error?.message, "The job was stopped: compute 'brief' was deleted.");
  });
});
