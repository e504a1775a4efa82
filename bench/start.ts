// Prints how long the launcher takes for `--version` and `status` against Node's own start, and `up` until ready on an
// empty home and on the same home again. Give `--jobs 10000` for a home with that many jobs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { serverFileSchema } from "@lazuli/contract/shared/server-file.ts";

import { putManyJobs } from "./many-jobs.ts";

const SAMPLE_COUNT = 15;
const START_COUNT = 5;
const STATE_POLL_COUNT_MAX = 200;
const LAUNCHER = join(import.meta.dirname, "../lazuli");
const BYTES_PER_MIB = 1024 * 1024;

const { values } = parseArgs({ options: { jobs: { type: "string", default: "0" } } });
const home = mkdtempSync(join(tmpdir(), "lazuli-bench-"));
const port = await freePort();
const environment = { ...process.env, LAZULI_HOME: home };

try {
  // Studio is built once for a checkout, which is not what is measured here.
  up();
  execute(LAUNCHER, ["down"]);
  rmSync(home, { recursive: true });
  print(
    "node -e 0 (floor)",
    times(SAMPLE_COUNT, () => execute(process.execPath, ["-e", "0"])),
  );
  print(
    "./lazuli --version",
    times(SAMPLE_COUNT, () => execute(LAUNCHER, ["--version"])),
  );
  print("./lazuli up, first start of a home", times(1, up));
  print(
    "./lazuli status",
    times(SAMPLE_COUNT, () => execute(LAUNCHER, ["status"])),
  );
  const jobCount = Number(values.jobs);
  if (jobCount > 0) {
    const name = submitJob();
    execute(LAUNCHER, ["down"]);
    putManyJobs(home, name, jobCount);
  }
  const starts: number[] = [];
  for (let index = 0; index < START_COUNT; index += 1) {
    execute(LAUNCHER, ["down"]);
    starts.push(...times(1, up));
  }
  print(`./lazuli up, ${jobCount === 0 ? "the same home again" : `a home with ${jobCount} jobs`}`, starts);
  console.log(`server's memory, idle: ${readServerMemoryMib().toFixed(0)} MiB`);
} finally {
  execute(LAUNCHER, ["down"]);
  rmSync(home, { recursive: true, force: true });
}

function up(): void {
  execute(LAUNCHER, ["up", "--port", String(port)]);
}

/** Runs one job to its end; answers its name. */
function submitJob(): string {
  const file = join(home, "job.yml");
  writeFileSync(file, "command: echo hello\nenvironment:\n  image: python:3.11\ncompute: azureml:local\n");
  const name = execute(LAUNCHER, ["job", "create", "-f", file, "--query", "name", "-o", "tsv"]).trim();
  for (let index = 0; index < STATE_POLL_COUNT_MAX; index += 1) {
    const state = execute(LAUNCHER, ["job", "show", "-n", name, "--query", "status", "-o", "tsv"]).trim();
    if (state === "Completed") return name;
  }
  throw new Error(`Job '${name}' did not complete.`);
}

function execute(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { env: environment, encoding: "utf8" });
  if (status !== 0) throw new Error(`'${command} ${args.join(" ")}' ended with ${status}: ${stderr}`);
  return stdout;
}

function times(count: number, work: () => void): number[] {
  return Array.from({ length: count }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
}

function readServerMemoryMib(): number {
  const server = serverFileSchema.parse(JSON.parse(readFileSync(join(home, "server.json"), "utf8")));
  const [, pages = "0"] = readFileSync(`/proc/${server.pid}/statm`, "utf8").split(" ");
  return (Number(pages) * 4096) / BYTES_PER_MIB;
}

function print(label: string, samples: readonly number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  console.log(`${label}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (${samples.length} runs)`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
