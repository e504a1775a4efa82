/**
 * Sweeps through the whole platform.
 *
 * - no-op: a sweep of 200 trials of `true` on 8 slots, against the same processes by GNU parallel where it is installed,
 *   else by xargs;
 * - size: a sweep of 10,000 trials: time until it is accepted, and what it adds to the server's memory while it runs.
 *
 * Run: `node bench/sweep.ts [trials]`. Prints; asserts nothing.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient, member } from "../test/support/arm-client.ts";
import { runPeer } from "../test/support/bench-floor.ts";
import { startTestServer, type TestServer } from "../test/support/test-server.ts";

const TRIALS = Number(process.argv[2] ?? 200);
const LARGE_TRIALS = 10_000;
const LARGE_RUN_MS = 10_000;
const SLOTS = 8;
/** Long enough that no environment of Python is made within the measurement. */
const WARM_TRIALS = 16;

const server = await startTestServer({
  variables: { LAZULI_LOG_LEVEL: "warn", LAZULI_WARM_RUNNERS: String(SLOTS) },
});
const client = new ArmClient(server);
try {
  await client.do("PUT", "environments/bench/versions/1", { properties: { image: "python:3.11" } });
  const scaleSettings = { minNodeCount: 0, maxNodeCount: SLOTS };
  await client.do("PUT", "computes/bench", {
    location: "local",
    properties: { computeType: "AmlCompute", properties: { vmSize: "LOCAL", scaleSettings } },
  });
  await submit("warm", WARM_TRIALS);
  await ended("warm");
  await measureNoOp();
  await measureSize(server);
} finally {
  await server.stop();
}

async function measureNoOp(): Promise<void> {
  const start = performance.now();
  await submit("noop", TRIALS);
  const acceptedMs = performance.now() - start;
  await ended("noop");
  const seconds = (performance.now() - start) / 1000;
  const peer = runPeer(TRIALS, SLOTS);
  const eachMs = (1000 * seconds) / TRIALS;
  console.log(`no-op: accepted in ${acceptedMs.toFixed(0)} ms; ${TRIALS} trials in ${seconds.toFixed(2)} s`);
  console.log(`no-op: ${(TRIALS / seconds).toFixed(0)} trials/s, ${eachMs.toFixed(1)} ms each`);
  const ratio = (seconds / peer.seconds).toFixed(2);
  console.log(`no-op: ${peer.name} ${peer.seconds.toFixed(2)} s; the sweep takes ${ratio} times as long`);
}

async function measureSize(of: TestServer): Promise<void> {
  const before = residentMib(of);
  const start = performance.now();
  await submit("large", LARGE_TRIALS);
  const acceptedMs = performance.now() - start;
  let peak = before;
  const until = Date.now() + LARGE_RUN_MS;
  while (Date.now() < until) {
    peak = Math.max(peak, residentMib(of));
    await delay(100);
  }
  const { completedCount } = member(
    member(member(await client.do("GET", "jobs/large"), "properties"), "lazuli"),
    "sweep",
  );
  await client.do("POST", "jobs/large/cancel", {});
  const cancelStart = performance.now();
  await ended("large");
  console.log(`size: ${LARGE_TRIALS} trials accepted in ${acceptedMs.toFixed(0)} ms`);
  console.log(`size: after ${LARGE_RUN_MS / 1000} s ${String(completedCount)} had completed`);
  console.log(`size: the server grew from ${before.toFixed(0)} to at most ${peak.toFixed(0)} MiB`);
  console.log(`size: canceled in ${(performance.now() - cancelStart).toFixed(0)} ms`);
}

async function submit(name: string, trials: number): Promise<void> {
  await client.do("PUT", `jobs/${name}`, {
    properties: {
      jobType: "Sweep",
      trial: { command: "true", environmentId: "azureml:bench:1" },
      computeId: `${client.workspaceId}/computes/bench`,
      searchSpace: { x: ["uniform", [0, 1]], kernel: ["choice", [["rbf", "linear"]]] },
      samplingAlgorithm: { samplingAlgorithmType: "Random", seed: 1 },
      objective: { goal: "Maximize", primaryMetric: "none" },
      limits: { jobLimitsType: "Sweep", maxTotalTrials: trials },
    },
  });
}

async function ended(name: string): Promise<void> {
  const done = await client.until(`jobs/${name}`, ({ status }) =>
    ["Completed", "Failed", "Canceled"].includes(String(status)),
  );
  if (done["status"] === "Failed") throw new Error(JSON.stringify(done));
}

function residentMib({ file }: TestServer): number {
  const status = readFileSync(`/proc/${file.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
