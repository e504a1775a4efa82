// Prints, at the level of the driver: time from `start` to the user's first line against starting the same interpreter
// on the same script, the time from `start` to the result of `true`, and the rate of a burst of 600 `true` tasks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { silentLog } from "../packages/server/src/base/log.ts";
import { openProcessDriver, type ProcessDriver } from "../packages/server/src/drivers/process/process-driver.ts";
import { startNodeServer, type NodeServer } from "../test/support/node-server.ts";

const WARMUP_COUNT = 10;
const SAMPLE_COUNT = 60;
const BURST_COUNT = 600;
const SLOT_COUNT = 8;
const NS_PER_MS = 1e6;
// CLOCK_MONOTONIC, the clock of `process.hrtime`.
const SCRIPT = "import time\nprint(time.clock_gettime_ns(time.CLOCK_MONOTONIC), flush=True)\n";

const python = process.argv[2] ?? "python3";
const server = await startNodeServer();
const driver = await openProcessDriver({
  folder: server.home,
  nodePath: process.execPath,
  log: silentLog,
  warmCount: 2,
});
const script = join(server.home, "first-line.py");
await writeFile(script, SCRIPT);

await measureStarts(WARMUP_COUNT);
const { floors, starts } = await measureStarts(SAMPLE_COUNT);
print("interpreter alone, to its first line (floor)", floors);
print("driver.start to the user's first line", starts);
console.log(`over the floor, p50: ${(percentile(starts, 0.5) - percentile(floors, 0.5)).toFixed(1)} ms`);
print("driver.start of `true` to its result", await measureLives());
console.log(`burst of ${BURST_COUNT} on ${SLOT_COUNT} slots: ${(await measureBurst()).toFixed(0)} tasks/s`);
await driver.close();
await server.close();

/** Floor and ours in turn, so that the machine's moods meet both. */
async function measureStarts(count: number): Promise<{ floors: number[]; starts: number[] }> {
  const floors: number[] = [];
  const starts: number[] = [];
  for (let index = 0; index < count; index++) {
    floors.push(await startAlone());
    starts.push(await startTask(server, driver));
  }
  return { floors, starts };
}

async function startAlone(): Promise<number> {
  const startedAt = process.hrtime.bigint();
  const child = spawn(python, [script], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return Number(BigInt(text.trim()) - startedAt) / NS_PER_MS;
}

async function startTask(nodeServer: NodeServer, processDriver: ProcessDriver): Promise<number> {
  const spec = await nodeServer.create({ command: `${python} ${script}` });
  const startedAt = process.hrtime.bigint();
  await processDriver.start(spec, new AbortController().signal);
  await nodeServer.untilEnded(spec.taskId);
  return Number(BigInt((await nodeServer.readLog(spec.taskId)).trim()) - startedAt) / NS_PER_MS;
}

async function measureLives(): Promise<number[]> {
  const lives: number[] = [];
  for (let index = 0; index < SAMPLE_COUNT; index++) {
    const spec = await server.create({ command: "true" });
    const startedAt = performance.now();
    await runTask(spec);
    lives.push(performance.now() - startedAt);
  }
  return lives;
}

async function measureBurst(): Promise<number> {
  const indices = Array.from({ length: BURST_COUNT }, (_, index) => index).values();
  const startedAt = performance.now();
  async function work(): Promise<void> {
    for (const _ of indices) await runTask(await server.create({ command: "true" }));
  }
  await Promise.all(Array.from({ length: SLOT_COUNT }, work));
  return BURST_COUNT / ((performance.now() - startedAt) / 1_000);
}

async function runTask(spec: TaskSpec): Promise<void> {
  await driver.start(spec, new AbortController().signal);
  await server.untilEnded(spec.taskId);
}

function print(label: string, samples: readonly number[]): void {
  const [p50, p95] = [percentile(samples, 0.5), percentile(samples, 0.95)];
  console.log(`${label}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
}

function percentile(samples: readonly number[], fraction: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
