import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { openProcessBench } from "../support/process-bench.ts";

const NEVER = new AbortController().signal;

/** Pids of living processes that a task has started, wherever they went. */
function processesOf(taskId: string): number[] {
  const marker = `LAZULI_TASK_ID=${taskId}\0`;
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 1 && read(`/proc/${pid}/environ`).includes(marker));
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // The process ended meanwhile.
    return "";
  }
}

describe("processes of a task", () => {
  it("leaves no daemon behind that left the group and the session", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "setsid sh -c 'sleep 300 & sleep 300' & echo started; sleep 0.2" });
    await bench.driver.start(spec, NEVER);
    const result = await bench.untilEnded(spec.taskId);
    assert.equal(result.outcome, "completed");
    assert.deepEqual(processesOf(spec.taskId), []);
    await bench.close();
  });

  it("stops the whole tree of one that ignores SIGTERM", async () => {
    const bench = await openProcessBench();
    const command =
      "trap '' TERM; (trap '' TERM; setsid sleep 300) & (sleep 300 | cat) & echo started; wait; wait; sleep 300";
    const spec = await bench.create({ command });
    const handle = await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "started");
    await bench.driver.stop(handle, 300);
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "canceled");
    assert.deepEqual(processesOf(spec.taskId), []);
    await bench.close();
  });

  it("calls a task lost whose runner was killed, and ends what the runner left", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "echo started; sleep 300" });
    const handle = await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "started");
    process.kill(Number(handle["pid"]), "SIGKILL");
    await bench.untilTrue(async () => (await bench.driver.inspect(handle)) === "lost");
    await bench.untilTrue(() => processesOf(spec.taskId).length === 0);
    const next = await bench.create({ command: "echo next" });
    await bench.driver.start(next, NEVER);
    assert.equal((await bench.untilEnded(next.taskId)).outcome, "completed");
    await bench.close();
  });

  it("starts on although the process that starts runners was killed", async () => {
    const bench = await openProcessBench();
    process.kill(Number(bench.driver.spawnerPid), "SIGKILL");
    const specs = await Promise.all([1, 2, 3].map(() => bench.create({ command: "echo here; sleep 0.3" })));
    await Promise.all(specs.map((spec) => bench.driver.start(spec, NEVER)));
    for (const spec of specs) assert.equal((await bench.untilEnded(spec.taskId)).outcome, "completed");
    await bench.close();
  });

  it("keeps bytes that are no UTF-8 as they are", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "printf 'a\\377\\376\\000b\\n'; exit 1" });
    await bench.driver.start(spec, NEVER);
    const { error } = await bench.untilEnded(spec.taskId);
    assert.deepEqual(error?.logTail, ["a\u{FFFD}\u{FFFD}\u0000b"]);
    const bytes = await bench.server.logs.read({ taskId: spec.taskId, name: "user_logs/std_log.txt" }, 0);
    assert.deepEqual([...bytes], [0x61, 0xff, 0xfe, 0x00, 0x62, 0x0a]);
    await bench.close();
  });
});
