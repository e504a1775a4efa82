import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import type { ComputeDriver } from "./driver.ts";

/** A driver with a server that its runners can report to. */
export interface DriverBench {
  readonly driver: ComputeDriver;
  /** Stores a task of this spec on the server, so that its runner is heard. */
  create(change: Partial<TaskSpec> & { command: string }): Promise<TaskSpec>;
  /** Resolves when the server has the task's result. */
  untilEnded(taskId: string): Promise<TaskResult>;
  /** Resolves once the task's log, as the server has it, holds the text. */
  untilLogged(taskId: string, text: string): Promise<string>;
  readLog(taskId: string): Promise<string>;
  close(): Promise<void>;
}

/** A killed process is gone after this. */
const KILL_MS_MAX = 10_000;
const NEVER = new AbortController().signal;

/** What every driver promises; each calls this once. */
export function describeDriver(name: string, open: () => Promise<DriverBench>): void {
  async function withBench(use: (bench: DriverBench) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await use(bench);
    } finally {
      await bench.close();
    }
  }

  describe(`${name} driver`, () => {
    it("runs a command and reports its end with both output streams in one log", () =>
      withBench(async ({ driver, create, untilEnded, readLog }) => {
        const spec = await create({ command: "echo one; echo two >&2; exit 3" });
        await driver.start(spec, NEVER);
        const result = await untilEnded(spec.taskId);
        assert.deepEqual([result.outcome, result.exitCode, result.error?.category], ["failed", 3, "user"]);
        assert.equal(await readLog(spec.taskId), "one\ntwo\n");
      }));

    it("answers the same handle to a second start, and runs the task once", () =>
      withBench(async ({ driver, create, untilEnded, untilLogged, readLog }) => {
        const spec = await create({ command: "echo started; sleep 0.5" });
        const first = await driver.start(spec, NEVER);
        await untilLogged(spec.taskId, "started");
        assert.deepEqual(await driver.start(spec, NEVER), first);
        await untilEnded(spec.taskId);
        assert.equal(await readLog(spec.taskId), "started\n");
      }));

    it("inspects a running task as running and one that ended as no longer running", () =>
      withBench(async ({ driver, create, untilEnded, untilLogged }) => {
        const spec = await create({ command: "echo started; sleep 30" });
        const handle = await driver.start(spec, NEVER);
        await untilLogged(spec.taskId, "started");
        assert.equal(await driver.inspect(handle), "running");
        await driver.stop(handle, 1_000);
        await untilEnded(spec.taskId);
        assert.notEqual(await driver.inspect(handle), "running");
      }));

    it("stops a task with a word first, so that it may end in its own way", () =>
      withBench(async ({ driver, create, untilEnded, untilLogged, readLog }) => {
        const spec = await create({
          command: "trap 'echo bye; exit 0' TERM; echo started; while :; do sleep 0.05; done",
        });
        const handle = await driver.start(spec, NEVER);
        await untilLogged(spec.taskId, "started");
        await driver.stop(handle, 5_000);
        assert.equal((await untilEnded(spec.taskId)).outcome, "canceled");
        assert.match(await readLog(spec.taskId), /bye/);
      }));

    it("kills a task that does not listen once the grace is over", () =>
      withBench(async ({ driver, create, untilEnded, untilLogged }) => {
        const spec = await create({ command: "trap '' TERM; echo started; while :; do sleep 0.05; done" });
        const handle = await driver.start(spec, NEVER);
        await untilLogged(spec.taskId, "started");
        await driver.stop(handle, 200);
        const result = await untilEnded(spec.taskId);
        assert.deepEqual([result.outcome, result.exitCode], ["canceled", 137]);
        await driver.stop(handle, 200);
      }));

    it("ends a task at once where whatever carries it out does not answer, and calls it lost", () =>
      withBench(async ({ driver, create, untilLogged }) => {
        const spec = await create({ command: "trap '' TERM; echo started; sleep 30" });
        const handle = await driver.start(spec, NEVER);
        await untilLogged(spec.taskId, "started");
        await driver.kill(handle);
        const deadline = Date.now() + KILL_MS_MAX;
        while ((await driver.inspect(handle)) !== "lost") assert.ok(Date.now() < deadline);
        await driver.kill(handle);
      }));

    it("ends a task at its time limit and says so", () =>
      withBench(async ({ driver, create, untilEnded }) => {
        const spec = await create({ command: "sleep 30", timeoutSeconds: 0.3, graceSeconds: 0.2 });
        await driver.start(spec, NEVER);
        const { outcome, error } = await untilEnded(spec.taskId);
        assert.deepEqual([outcome, error?.code], ["failed", "Timeout"]);
      }));
  });
}
