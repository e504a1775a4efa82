/**
 * Jobs through the whole platform: submit over ARM, run as a process of this machine.
 *
 * - latency: submit to the user's first line, against starting the same interpreter on the same script (the floor);
 * - echo: submit to `Completed`;
 * - stall: how much later a trivial request is answered while jobs start;
 * - chain: jobs of one Python start each, every one submitted when the one before has ended, against the bare starts;
 * - burst: many `true` jobs on 8 slots, against GNU parallel where it is installed, else xargs.
 *
 * Run: `node bench/jobs.ts [count]`. Prints medians and ratios; asserts nothing.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Pool } from "undici";

import { environmentPython, runPeer } from "../test/support/bench-floor.ts";
import { startTestServer, type TestServer } from "../test/support/test-server.ts";

const LATENCY_JOBS = 40;
const BURST_JOBS = Number(process.argv[2] ?? 600);
const SLOTS = 8;
const CHAIN_STEPS = 20;
/** Seldom, so that asking takes nothing from the jobs. */
const BURST_POLL_MS = 25;
const WAIT_MS_MAX = 300_000;

class Client {
  readonly #pool: Pool;
  readonly #token: string;
  readonly #workspace: string;

  constructor(server: TestServer, token: string) {
    const { subscription, resourceGroup, workspace } = server.file.defaults;
    this.#workspace = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
    this.#token = token;
    this.#pool = new Pool(server.file.loopbackUrl, { connections: 16 });
  }

  async send(method: "GET" | "PUT", path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.#pool.request({
      method,
      path: `${this.#workspace}/${path}?api-version=2025-01-01-preview`,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  }

  submit(name: string, command: string): Promise<Record<string, unknown>> {
    const environmentId = "azureml:bench:1";
    const computeId = `${this.#workspace}/computes/bench`;
    return this.send("PUT", `jobs/${name}`, {
      properties: { jobType: "Command", command, environmentId, computeId, experimentName: "bench" },
    });
  }

  /** Milliseconds since 1970 at which the job ended. */
  async ended(name: string, pollMs = 2): Promise<number> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (Date.now() < deadline) {
      const { properties } = await this.send("GET", `jobs/${name}`);
      const status = member(properties, "status");
      if (status === "Completed") return endOf(properties);
      if (status === "Failed" || status === "Canceled") throw new Error(`${name}: ${JSON.stringify(properties)}`);
      await delay(pollMs);
    }
    throw new Error(`'${name}' did not end.`);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

const server = await startTestServer({ variables: { LAZULI_LOG_LEVEL: "warn", LAZULI_WARM_RUNNERS: "8" } });
const folder = await mkdtemp(join(tmpdir(), "lazuli-bench-"));
try {
  const client = new Client(server, await server.tokenFor("https://management.azure.com"));
  await client.send("PUT", "environments/bench/versions/1", { properties: { image: "python:3.11" } });
  const scaleSettings = { minNodeCount: 0, maxNodeCount: SLOTS };
  await client.send("PUT", "computes/bench", {
    location: "local",
    properties: { computeType: "AmlCompute", properties: { vmSize: "LOCAL", scaleSettings } },
  });
  await delay(1_000);
  const script = join(folder, "line.py");
  await writeFile(script, "import sys, time\nopen(sys.argv[1], 'w').write(str(time.time_ns()))\n");
  // Makes the environment, so that the floor is its interpreter.
  await client.submit("first", `python ${script} ${join(folder, "first")}`);
  await client.ended("first");
  await measureLatency(client, script);
  await measureEcho(client);
  await measureStall(client);
  await measureChain(client, script);
  await measureBurst(client);
  await client.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measureLatency(client: Client, script: string): Promise<void> {
  const python = environmentPython(server);
  const floors: number[] = [];
  const jobs: number[] = [];
  for (let index = 0; index < LATENCY_JOBS; index += 1) {
    const floorFile = join(folder, `floor-${index}`);
    const floorStart = nowNs();
    const child = spawn(python, [script, floorFile], { stdio: "ignore" });
    await once(child, "exit");
    floors.push(Number(BigInt(await readFile(floorFile, "utf8")) - floorStart) / 1e6);

    const jobFile = join(folder, `job-${index}`);
    const jobStart = nowNs();
    await client.submit(`latency-${index}`, `python ${script} ${jobFile}`);
    await client.ended(`latency-${index}`);
    jobs.push(Number(BigInt(await readFile(jobFile, "utf8")) - jobStart) / 1e6);
  }
  print("first line, floor (ms)", floors);
  print("first line, job (ms)", jobs);
  console.log(`first line: job - floor = ${(median(jobs) - median(floors)).toFixed(1)} ms at the median`);
}

async function measureEcho(client: Client): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < LATENCY_JOBS; index += 1) {
    const start = Date.now();
    await client.submit(`echo-${index}`, "echo hello");
    times.push((await client.ended(`echo-${index}`)) - start);
  }
  print("echo, submit to Completed (ms)", times);
}

/** A GET that costs next to nothing, sent without pause: what it waits longer while jobs start is the loop's stall. */
async function measureStall(client: Client): Promise<void> {
  const ping = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const start = performance.now();
      await client.send("GET", "computes/bench");
      times.push(performance.now() - start);
    }
    return times;
  };
  const idle = await ping(400);
  const names = Array.from({ length: 20 }, (_, index) => `stall-${index}`);
  const busy = ping(400);
  for (const name of names) {
    await client.submit(name, "true");
    await delay(10);
  }
  print("request while idle (ms)", idle);
  print("request while jobs start (ms)", await busy);
  for (const name of names) await client.ended(name);
}

async function measureChain(client: Client, script: string): Promise<void> {
  const python = environmentPython(server);
  const steps = Array.from({ length: CHAIN_STEPS }, (_, index) => index);
  const floorStart = performance.now();
  for (const index of steps) spawnSync(python, [script, join(folder, `chain-floor-${index}`)]);
  const floorMs = (performance.now() - floorStart) / CHAIN_STEPS;
  const start = performance.now();
  for (const index of steps) {
    await client.submit(`chain-${index}`, `python ${script} ${join(folder, `chain-${index}`)}`);
    await client.ended(`chain-${index}`, 1);
  }
  const stepMs = (performance.now() - start) / CHAIN_STEPS;
  console.log(
    `chain of ${CHAIN_STEPS}: ${stepMs.toFixed(1)} ms a step, floor ${floorMs.toFixed(1)}, over it ${(stepMs - floorMs).toFixed(1)} ms`,
  );
}

async function measureBurst(client: Client): Promise<void> {
  const start = performance.now();
  const names = Array.from({ length: BURST_JOBS }, (_, index) => `burst-${index}`);
  await Promise.all(names.map((name) => client.submit(name, "true")));
  const acceptedMs = performance.now() - start;
  for (const name of names.toReversed()) await client.ended(name, BURST_POLL_MS);
  const seconds = (performance.now() - start) / 1000;
  const rate = BURST_JOBS / seconds;
  const peer = runPeer(BURST_JOBS, SLOTS);
  const peerRate = BURST_JOBS / peer.seconds;
  console.log(`burst: ${BURST_JOBS} jobs accepted in ${acceptedMs.toFixed(0)} ms, ${rate.toFixed(0)} jobs/s completed`);
  console.log(`burst: ${peer.name} ${peerRate.toFixed(0)}/s, ratio ${(rate / peerRate).toFixed(2)}`);
}

function nowNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
}

function endOf(properties: unknown): number {
  return Number(member(member(properties, "lazuli"), "endedAt"));
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

function print(label: string, values: readonly number[]): void {
  const [p50, p90, max] = [0.5, 0.9, 1].map((part) => quantile(values, part).toFixed(1));
  console.log(`${label.padEnd(34)} p50 ${p50}  p90 ${p90}  max ${max}`);
}
