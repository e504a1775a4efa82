import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { openProcessBench } from "../support/process-bench.ts";

const NEVER = new AbortController().signal;
const LOG = "user_logs/std_log.txt";

describe("a runner whose server goes away", () => {
  it("brings the log whole and the result once the server is back", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "for i in $(seq 1 300); do echo line $i; sleep 0.005; done" });
    await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "line 20\n");
    await bench.server.goAway();
    // Long enough for the command to end meanwhile.
    await sleep(2_500);
    await bench.server.comeBack();
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "completed");
    const expected = Array.from({ length: 300 }, (_, index) => `line ${index + 1}\n`).join("");
    assert.equal(await bench.readLog(spec.taskId), expected);
    await bench.close();
  });

  it("is found again by the next server and still obeys", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "echo started; sleep 300" });
    const handle = await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "started");
    await bench.driver.close();
    const driver = await bench.openDriver();
    assert.equal(await driver.inspect(handle), "running");
    assert.deepEqual(await driver.start(spec, NEVER), handle);
    await driver.stop(handle, 100);
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "canceled");
    await driver.close();
    await bench.server.close();
  });

  it("ends a task that the server no longer knows", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "echo started; sleep 300" });
    const handle = await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "started");
    await bench.server.tasks.remove(spec.taskId);
    await bench.untilTrue(async () => (await bench.driver.inspect(handle)) !== "running");
    await bench.close();
  });

  it("ends with its task when the home is removed under it", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ command: "echo started; sleep 300" });
    const handle = await bench.driver.start(spec, NEVER);
    await bench.untilLogged(spec.taskId, "started");
    await bench.close();
    await bench.untilTrue(() => !isAlive(Number(handle["pid"])));
  });

  it("ships a log of 200 MB byte for byte", { timeout: 120_000 }, async () => {
    const bench = await openProcessBench();
    const source = join(bench.server.home, "source");
    await writeFile(source, "");
    for (let part = 0; part < 200; part++) await appendFile(source, Buffer.alloc(1_000_000, `part ${part}\n`));
    const spec = await bench.create({ command: `cat ${source}` });
    await bench.driver.start(spec, NEVER);
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "completed");
    assert.equal(await digest(bench.server.logs.path(spec.taskId, LOG)), await digest(source));
    await bench.close();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: it has ended.
    return false;
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
