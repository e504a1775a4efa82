import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { TaskReport } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { PGlite } from "@electric-sql/pglite";

import type { Database } from "../../database/database.ts";
import { openPgliteDatabase } from "../../database/pglite-database.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { openLiveLogs } from "./open-live-logs.ts";
import { openTasks } from "./open-tasks.ts";
import { taskMigrations, type TaskTables } from "./task-schema.ts";
import type { Tasks } from "./tasks.ts";

const OWNER = "/subscriptions/S/jobs/One";

interface Bench {
  readonly tasks: Tasks;
  readonly database: Database<TaskTables>;
  readonly woken: string[];
}

async function withStore(kind: "sqlite" | "pglite", use: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-tasks-"));
  const database =
    kind === "sqlite"
      ? await openSqliteDatabase<TaskTables>(join(folder, "control.db"), taskMigrations)
      : await openPgliteDatabase<TaskTables>(new PGlite(), taskMigrations);
  const woken: string[] = [];
  const tasks = openTasks({
    database,
    logs: openLiveLogs({ folder: join(folder, "logs") }),
    clock: { now: () => 1_000 },
    onChange: (ownerId) => woken.push(ownerId),
  });
  try {
    await use({ tasks, database, woken });
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
}

function spec(taskId: string): TaskSpec {
  return {
    taskId,
    kind: "job",
    token: "t",
    serverUrl: "http://127.0.0.1:1",
    workingFolder: "/nowhere",
    environment: { name: "none", requirements: [], variables: {} },
    command: "true",
    parameters: {},
    inputs: [],
    outputs: [],
    variables: {},
    artifactsUrl: "http://127.0.0.1:1/a/",
    graceSeconds: 5,
  };
}

function report(change: Partial<TaskReport>): TaskReport {
  return { runnerId: "r1", events: [], logs: [], ...change };
}

for (const kind of ["sqlite", "pglite"] as const) {
  describe(`tasks on ${kind}`, () => {
    it("answers the task that exists when created twice", () =>
      withStore(kind, async ({ tasks }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        const again = await tasks.create({ spec: { ...spec("a"), command: "false" }, ownerId: OWNER, driver: "other" });
        assert.equal(again.spec.command, "true");
        assert.equal(again.driver, "process");
      }));

    it("takes a repeated report in once and wakes the owner once", () =>
      withStore(kind, async ({ tasks, woken }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        const event = { sequence: 0, at: 5, phase: "running" as const, reason: "runs" };
        await tasks.report("a", report({ events: [event] }));
        await tasks.report("a", report({ events: [event] }));
        assert.deepEqual((await tasks.find("a"))?.events, [event]);
        assert.deepEqual(woken, [OWNER]);
      }));

    it("keeps the first result and tells a runner that comes later to stop", () =>
      withStore(kind, async ({ tasks }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        const lost = { outcome: "failed" as const, exitCode: null, endedAt: 2, substitutions: {} };
        await tasks.setResult("a", lost);
        const late = { outcome: "completed" as const, exitCode: 0, endedAt: 3, substitutions: {} };
        assert.deepEqual(await tasks.report("a", report({ result: late })), { order: "stop" });
        assert.deepEqual((await tasks.find("a"))?.result, lost);
      }));

    it("loses none of two reports that arrive at once", () =>
      withStore(kind, async ({ tasks }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        const event = { sequence: 0, at: 5, phase: "running" as const, reason: "runs" };
        await Promise.all([tasks.report("a", report({ port: 7_000 })), tasks.report("a", report({ events: [event] }))]);
        const task = await tasks.find("a");
        assert.deepEqual([task?.port, task?.events], [7_000, [event]]);
      }));

    it("orders a stop with the next report and heartbeat", () =>
      withStore(kind, async ({ tasks }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        assert.deepEqual(await tasks.heartbeat("a"), { order: "continue" });
        await tasks.requestStop("a");
        assert.deepEqual(await tasks.heartbeat("a"), { order: "stop" });
        assert.deepEqual(await tasks.report("a", report({})), { order: "stop" });
      }));

    it("lists by owner without regard to case, and unfinished ones apart", () =>
      withStore(kind, async ({ tasks }) => {
        await tasks.create({ spec: spec("a"), ownerId: OWNER, driver: "process" });
        await tasks.create({ spec: spec("b"), ownerId: OWNER, driver: "process" });
        await tasks.setResult("a", { outcome: "completed", exitCode: 0, endedAt: 2, substitutions: {} });
        assert.deepEqual(
          (await tasks.listByOwner(OWNER.toUpperCase())).map((task) => task.taskId),
          ["a", "b"],
        );
        assert.deepEqual(
          (await tasks.listUnfinished()).map((task) => task.taskId),
          ["b"],
        );
        await tasks.remove("b");
        assert.deepEqual(await tasks.listUnfinished(), []);
      }));
  });
}

describe("unfinished tasks", () => {
  it("are found by an index, however many have finished", () =>
    withStore("sqlite", async ({ database }) => {
      const plan = await database.read<{ detail: string }>({
        sql: "EXPLAIN QUERY PLAN SELECT * FROM tasks WHERE is_unfinished = 1 ORDER BY created_at",
        parameters: [],
        query: { kind: "RawNode", sqlFragments: [], parameters: [] },
        queryId: { queryId: "plan" },
      });
      assert.match(plan.map((row) => row.detail).join("\n"), /tasks_unfinished/);
    }));
});
