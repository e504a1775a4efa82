/**
 * Tracking through the whole server, over HTTP, every answer after its data is on disk:
 *
 * - log-metric and log-batch(100), 64 at a time, against the same requests to a bare HTTP server that keeps nothing, and
 *   against SQLite alone with one durable commit for 64 rows (the floors);
 * - runs/search over 10,000 runs: the newest page, by a metric, by three filters, and the last page of all.
 *
 * Run: `node bench/tracking.ts [runs]`. Prints rates, medians and ratios; asserts nothing.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";

import { Pool } from "undici";

import { startTestServer } from "../test/support/test-server.ts";

const RUN_COUNT = Number(process.argv[2] ?? 10_000);
const CONNECTIONS = 64;
const SLICE_MS = 4_000;
const BATCH_SIZE = 100;
const SEARCH_SAMPLES = 21;
const FLOOR_COMMITS = 1_000;
const ROWS_PER_COMMIT = 64;

/** Sends one request after another on each connection for a while; answers per second. */
async function rate(pool: Pool, prefix: string, next: () => { path: string; body: object }): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const started = performance.now();
  let answered = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() - started < SLICE_MS) {
        const { path, body } = next();
        const answer = await pool.request({ method: "POST", path: prefix + path, headers, body: JSON.stringify(body) });
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${await answer.body.text()}`);
        await answer.body.dump();
        answered += 1;
      }
    }),
  );
  return (answered * 1_000) / (performance.now() - started);
}

/** A server that reads the body and answers `{}`, in a thread of its own. */
async function openBareServer(): Promise<{ pool: Pool; close(): Promise<void> }> {
  const source = `
    const { createServer } = require("node:http");
    const { parentPort } = require("node:worker_threads");
    const server = createServer((request, response) => {
      request.on("data", () => undefined).on("end", () => response.end("{}"));
    }).listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(source, { eval: true });
  const [port] = await once(worker, "message");
  const pool = new Pool(`http://127.0.0.1:${String(port)}`, { connections: CONNECTIONS });
  return {
    pool,
    async close() {
      await pool.close();
      await worker.terminate();
    },
  };
}

function sqliteRowsPerSecond(): number {
  const folder = mkdtempSync(join(tmpdir(), "lazuli-bench-"));
  const database = new DatabaseSync(join(folder, "floor.db"));
  database.exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE points (run INTEGER, key INTEGER, value REAL)",
  );
  const insert = database.prepare("INSERT INTO points VALUES (?, ?, ?)");
  const started = performance.now();
  for (let commit = 0; commit < FLOOR_COMMITS; commit += 1) {
    database.exec("BEGIN");
    for (let row = 0; row < ROWS_PER_COMMIT; row += 1) insert.run(commit, row, row / 3);
    database.exec("COMMIT");
  }
  const rows = (FLOOR_COMMITS * ROWS_PER_COMMIT * 1_000) / (performance.now() - started);
  database.close();
  rmSync(folder, { recursive: true });
  return rows;
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await pool.request({ method: "POST", path: base + path, headers, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
  const json: unknown = JSON.parse(text);
  return typeof json === "object" && json !== null ? { ...json } : {};
}

/** Makes a run with a few metrics, params and a tag; its id. */
async function makeRun(number: number): Promise<string> {
  const made = JSON.stringify(await post("/runs/create", { experiment_id: "0", start_time: 1_000_000 + number }));
  const runId = /"run_id":"([0-9a-f]+)"/.exec(made)?.[1] ?? "";
  const metrics = ["loss", "acc", "f1"].map((key, index) => ({
    key,
    value: Math.sin(number * (index + 1)),
    timestamp: 1,
    step: 1,
  }));
  const params = [
    { key: "lr", value: String(number % 10) },
    { key: "kind", value: number % 3 === 0 ? "tree" : "net" },
  ];
  await post("/runs/log-batch", { run_id: runId, metrics, params, tags: [{ key: "team", value: `t${number % 5}` }] });
  return runId;
}

async function searchMs(body: object): Promise<{ median: number; next: string | undefined; found: number }> {
  const samples: number[] = [];
  let last: Record<string, unknown> = {};
  for (let sample = 0; sample < SEARCH_SAMPLES; sample += 1) {
    const started = performance.now();
    last = await post("/runs/search", { experiment_ids: ["0"], max_results: 50, ...body });
    samples.push(performance.now() - started);
  }
  const next = typeof last["next_page_token"] === "string" ? last["next_page_token"] : undefined;
  const found = Array.isArray(last["runs"]) ? last["runs"].length : 0;
  return { median: samples.toSorted((one, other) => one - other)[SEARCH_SAMPLES >> 1] ?? 0, next, found };
}

function print(what: string, [value, unit]: readonly [number, string], floor?: number): void {
  const ratio = floor === undefined ? "" : `   ${(value / floor).toFixed(2)} of the floor`;
  const digits = value < 100 ? 1 : 0;
  console.log(`${what.padEnd(44)} ${value.toFixed(digits).padStart(10)} ${unit}${ratio}`);
}

const server = await startTestServer();
const token = await server.tokenFor("https://management.azure.com");
const { subscription, resourceGroup, workspace } = server.file.defaults;
const base = `/mlflow/v2.0/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}/api/2.0/mlflow`;
const pool = new Pool(server.file.loopbackUrl, { connections: CONNECTIONS });
const bare = await openBareServer();

try {
  const runId = await makeRun(0);
  let step = 0;
  const logMetric = () => ({
    path: "/runs/log-metric",
    body: { run_id: runId, key: "loss", value: (step += 1) / 3, timestamp: 1_700_000_000_000 + step, step },
  });
  const logBatch = () => {
    step += 1;
    const metrics = Array.from({ length: BATCH_SIZE }, (_, index) => ({
      key: `m${index}`,
      value: step / (index + 1),
      timestamp: 1_700_000_000_000 + step,
      step,
    }));
    return { path: "/runs/log-batch", body: { run_id: runId, metrics } };
  };
  const bareMetric = await rate(bare.pool, "", logMetric);
  const bareBatch = await rate(bare.pool, "", logBatch);
  const rows = sqliteRowsPerSecond();
  print("bare HTTP, body of log-metric (floor)", [bareMetric, "requests/s"]);
  print("bare HTTP, body of log-batch (floor)", [bareBatch * BATCH_SIZE, "metrics/s"]);
  print(`SQLite alone, ${ROWS_PER_COMMIT} rows a durable commit (floor)`, [rows, "rows/s"]);
  print("log-metric, durable", [await rate(pool, base, logMetric), "requests/s"], Math.min(bareMetric, rows));
  const batches = await rate(pool, base, logBatch);
  print(
    `log-batch(${BATCH_SIZE}), durable`,
    [batches * BATCH_SIZE, "metrics/s"],
    Math.min(bareBatch * BATCH_SIZE, rows),
  );

  const started = performance.now();
  for (let number = 1; number < RUN_COUNT; number += CONNECTIONS) {
    const count = Math.min(CONNECTIONS, RUN_COUNT - number);
    await Promise.all(Array.from({ length: count }, (_, index) => makeRun(number + index)));
  }
  print("runs made, each with 3 metrics and 2 params", [(RUN_COUNT * 1_000) / (performance.now() - started), "runs/s"]);
  const where = `of ${RUN_COUNT} runs, page of 50`;
  print(`runs/search newest, ${where}`, [(await searchMs({})).median, "ms"]);
  const byMetric = await searchMs({ order_by: ["metrics.acc DESC"] });
  print(`runs/search by metric, ${where}`, [byMetric.median, "ms"]);
  const second = await searchMs({ order_by: ["metrics.acc DESC"], page_token: byMetric.next });
  print("runs/search by metric, second page", [second.median, "ms"]);
  const filter = "metrics.loss > 0.5 and params.kind = 'tree' and tags.team = 't1'";
  print(`runs/search by three filters, ${where}`, [(await searchMs({ filter })).median, "ms"]);
  print("runs/search, 1000 runs of a page", [(await searchMs({ max_results: 1_000 })).median, "ms"]);
} finally {
  await pool.close();
  await bare.close();
  await server.stop();
}
