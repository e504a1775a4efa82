// Online serving, each against a peer in the same run and in shuffled short slices, printed as ratios:
// our scoring server against Azure's inference server, and the gateway against calling the replica directly.
//
//   node bench/serving.ts [seconds per slice] [rounds]

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import Fastify from "fastify";
import { Pool } from "undici";

import { silentLog } from "../packages/server/src/base/log.ts";
import { ServingCounters } from "../packages/server/src/engine/serving/serving-counters.ts";
import { digestKey, ServingTable } from "../packages/server/src/engine/serving/serving-table.ts";
import { inferenceProtocol } from "../packages/server/src/protocols/inference/inference-protocol.ts";
import { pythonEnvironment } from "../test/support/python.ts";

const SLICE_MS = Number(process.argv[2] ?? 2) * 1_000;
const ROUNDS = Number(process.argv[3] ?? 3);
const CONNECTIONS = 16;
const KEY = "bench-key-of-the-gateway";
const ENDPOINT_ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/bench";
const BODY = JSON.stringify({ data: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]] });
const APPS = join(import.meta.dirname, "..", "python", "tests", "scoring", "apps");
const SOURCE = join(import.meta.dirname, "..", "python", "src");
const ORACLE = ["azureml-inference-server-http==1.5.1", "inference-schema[numpy-support]==1.8", "flask-cors==6.0.5"];

interface Target {
  readonly name: string;
  readonly url: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

interface Slice {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  server.close();
  await once(server, "close");
  return port;
}

async function startScoring(python: string, make: "ours" | "azure"): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const args =
    make === "ours"
      ? ["-m", "lazuli.scoring"]
      : ["-m", "azureml_inference_server_http.amlserver", "--entry_script", "plain.py", "--port", String(port)];
  const own = { AML_APP_ROOT: APPS, AZUREML_MODEL_DIR: APPS, PYTHONPATH: SOURCE, LAZULI_PORT: String(port) };
  const entry = make === "ours" ? { AZUREML_ENTRY_SCRIPT: "plain.py" } : {};
  const env = { ...process.env, ...own, ...entry };
  const child = spawn(python, args, { cwd: APPS, env, stdio: "ignore" });
  const endsAt = Date.now() + 60_000;
  while (Date.now() < endsAt) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.status === 200) return { child, port };
    await sleep(50);
  }
  throw new Error(`The ${make} server did not start.`);
}

async function startGateway(port: number): Promise<{ url: string; close: () => Promise<void> }> {
  const table = new ServingTable();
  const keyDigests = [digestKey(KEY), digestKey("other")];
  table.publishEndpoint("w/bench", {
    id: ENDPOINT_ID,
    authMode: "Key",
    keyDigests,
    traffic: { blue: 100 },
    mirrorTraffic: {},
  });
  const replicas = [{ taskId: "r1", host: "127.0.0.1", port }];
  const limits = { concurrencyMax: 1_000, queueWaitMs: 500, requestTimeoutMs: 5_000 };
  table.publishDeployment(ENDPOINT_ID, { name: "blue", replicas, ...limits });
  const app = Fastify();
  const refuse = () => Promise.reject(new Error("not used"));
  const tokens = { issue: refuse, verify: refuse, inspect: refuse };
  const access = { assertCan: () => Promise.resolve() };
  const parts = { table, counters: new ServingCounters(), tokens, access, log: silentLog, random: Math.random };
  await app.register(inferenceProtocol(parts));
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}

/** Asks over `connections` connections, each with one request under way, for `SLICE_MS`. */
async function measure(target: Target, connections: number): Promise<Slice> {
  const pool = new Pool(target.url, { connections, pipelining: 1 });
  const times: number[] = [];
  const startedAt = performance.now();
  async function ask(): Promise<void> {
    while (performance.now() - startedAt < SLICE_MS) {
      const sentAt = performance.now();
      const { path, headers } = target;
      const answer = await pool.request({ path, method: "POST", headers, body: BODY });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${target.name} answered ${answer.statusCode}.`);
      times.push(performance.now() - sentAt);
    }
  }
  await Promise.all(Array.from({ length: connections }, ask));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function compare(targets: readonly Target[], connections: number): Promise<Map<string, Slice>> {
  const slices = new Map<string, Slice[]>(targets.map((target) => [target.name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const shuffled = targets.toSorted(() => Math.random() - 0.5);
    for (const target of shuffled) slices.get(target.name)?.push(await measure(target, connections));
  }
  return new Map(
    [...slices].map(([name, all]) => [
      name,
      {
        perSecond: median(all.map((slice) => slice.perSecond)),
        p50Ms: median(all.map((slice) => slice.p50Ms)),
        p99Ms: median(all.map((slice) => slice.p99Ms)),
      },
    ]),
  );
}

function print(title: string, results: ReadonlyMap<string, Slice>, base: string): void {
  const floor = results.get(base);
  console.log(`\n${title}`);
  for (const [name, slice] of results) {
    const ratio = slice.perSecond / (floor?.perSecond ?? slice.perSecond);
    const figures = `${slice.perSecond.toFixed(0).padStart(7)}/s  p50 ${slice.p50Ms.toFixed(2)} ms  p99 ${slice.p99Ms.toFixed(2)} ms`;
    console.log(`  ${name.padEnd(34)} ${figures}  ${ratio.toFixed(2)} x '${base}'`);
  }
}

const python = await pythonEnvironment("3.11", ORACLE);
const ours = await startScoring(python, "ours");
const azure = await startScoring(python, "azure");
const gateway = await startGateway(ours.port);
const json = { "content-type": "application/json" };
const direct = { name: "our scoring server", url: `http://127.0.0.1:${ours.port}`, path: "/score", headers: json };
const theirs = {
  name: "azureml-inference-server-http",
  url: `http://127.0.0.1:${azure.port}`,
  path: "/score",
  headers: json,
};
const through = {
  name: "our gateway and scoring server",
  url: gateway.url,
  path: "/endpoints/w/bench/score",
  headers: { ...json, authorization: `Bearer ${KEY}` },
};
try {
  const targets = [direct, theirs, through];
  print(`${CONNECTIONS} connections`, await compare(targets, CONNECTIONS), theirs.name);
  print("one connection", await compare(targets, 1), direct.name);
} finally {
  ours.child.kill();
  azure.child.kill();
  await gateway.close();
}
