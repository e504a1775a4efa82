// Blob PUT and GET over http, against a plain write + fsync and a plain read of the same bytes on the same disk, in
// slices that take turns. Every 201 is on disk, and so is every write of the floor. Run: node bench/storage.ts
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import { Agent } from "undici";

import { startBlobService, TEST_ACCOUNT, TEST_TOKEN, type BlobService } from "../test/support/blob-service.ts";

const SLICES = 5;
const CONCURRENCY = 16;
const SIZES = [
  { label: "4 KiB", bytes: 4 * 1024, count: 800 },
  { label: "4 MiB", bytes: 4 * 1024 * 1024, count: 24 },
] as const;

interface Load {
  readonly url: string;
  readonly method: "GET" | "PUT";
  readonly prefix: string;
  readonly bytes: number;
  readonly count: number;
  readonly concurrency: number;
}

/** Carries out `count` pieces of work, `concurrency` at a time; resolves to how many a second were done. */
async function measure(count: number, concurrency: number, work: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return count / ((performance.now() - startedAt) / 1_000);
}

async function runClient(): Promise<void> {
  const agent = new Agent({ connections: CONCURRENCY, pipelining: 1 });
  const headers = { authorization: `Bearer ${TEST_TOKEN}`, "x-ms-blob-type": "BlockBlob" };
  parentPort?.on("message", async (load: Load) => {
    const origin = new URL(load.url);
    const body = load.method === "PUT" ? randomBytes(load.bytes) : null;
    const rate = await measure(load.count, load.concurrency, async (index) => {
      const path = `${origin.pathname}/data/${load.prefix}${index}`;
      const answer = await agent.request({ origin: origin.origin, path, method: load.method, headers, body });
      let received = 0;
      for await (const piece of answer.body) received += Buffer.isBuffer(piece) ? piece.length : 0;
      if (answer.statusCode >= 300) throw new Error(`${load.method} was answered ${answer.statusCode}.`);
      if (load.method === "GET" && received !== load.bytes) throw new Error(`GET brought ${received} bytes.`);
    });
    parentPort?.postMessage(rate);
  });
}

function ask(client: Worker, load: Load): Promise<number> {
  client.postMessage(load);
  return new Promise((resolve) => client.once("message", resolve));
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, "w");
  await file.write(content);
  await file.sync();
  await file.close();
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

async function compare(service: BlobService, client: Worker, size: (typeof SIZES)[number]): Promise<void> {
  const folder = join(service.home, "floor");
  await mkdir(folder, { recursive: true });
  const content = randomBytes(size.bytes);
  for (const concurrency of [1, CONCURRENCY]) {
    const rates = { floorPut: [0], put: [0], floorGet: [0], get: [0] };
    for (const list of Object.values(rates)) list.length = 0;
    const count = concurrency === 1 ? Math.ceil(size.count / 4) : size.count;
    for (let slice = 0; slice < SLICES; slice++) {
      const path = (index: number) => join(folder, `${concurrency}-${slice}-${index}`);
      const load = {
        url: service.url,
        prefix: `${size.bytes}-${concurrency}-${slice}-`,
        bytes: size.bytes,
        count,
        concurrency,
      };
      rates.floorPut.push(await measure(count, concurrency, (index) => writeDurably(path(index), content)));
      rates.put.push(await ask(client, { ...load, method: "PUT" }));
      rates.floorGet.push(await measure(count, concurrency, async (index) => void (await readFile(path(index)))));
      rates.get.push(await ask(client, { ...load, method: "GET" }));
    }
    report(`PUT ${size.label} x${concurrency}`, { floor: rates.floorPut, ours: rates.put, bytes: size.bytes });
    report(`GET ${size.label} x${concurrency}`, { floor: rates.floorGet, ours: rates.get, bytes: size.bytes });
  }
}

function report(
  label: string,
  run: { readonly floor: readonly number[]; readonly ours: readonly number[]; readonly bytes: number },
): void {
  const ratio = median(run.ours.map((rate, index) => rate / (run.floor[index] ?? rate)));
  const render = (rate: number) =>
    `${rate.toFixed(0).padStart(6)}/s ${((rate * run.bytes) / 1e6).toFixed(0).padStart(5)} MB/s`;
  const columns = [label.padEnd(14), `blob ${render(median(run.ours))}`, `file ${render(median(run.floor))}`];
  console.log(`${columns.join("   ")}   ratio ${ratio.toFixed(2)}`);
}

async function main(): Promise<void> {
  const service = await startBlobService();
  await service.store.ensureContainer(TEST_ACCOUNT, "data");
  const client = new Worker(new URL(import.meta.url), { workerData: "client" });
  console.log("median of 5 slices; file: open + write + fsync + close, or one read; x16: sixteen at a time");
  for (const size of SIZES) await compare(service, client, size);
  await client.terminate();
  await service.close();
  await rm(service.home, { recursive: true, force: true });
}

if (isMainThread) await main();
else if (workerData === "client") await runClient();
