// `npm run check`: types, lint, format, architecture and unit tests, at the same time. Prints each part's outcome and a closing line.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");
const UNIT_TESTS = ["packages/*/src/**/*.test.ts", "test/architecture/*.test.ts"];

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Outcome {
  readonly part: Part;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

function run(part: Part): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(part.command, part.args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => (output += error.message));
    child.on("close", (code) => {
      resolve({ part, passed: code === 0, output, seconds: (performance.now() - startedAt) / 1000 });
    });
  });
}

const studio = globSync("packages/studio/tsconfig.json", { cwd: ROOT });
const parts: Part[] = [
  { name: "types", command: join(BIN, "tsc"), args: ["--noEmit", "-p", "tsconfig.json"] },
  ...studio.map((config) => ({ name: "types of Studio", command: join(BIN, "tsc"), args: ["--noEmit", "-p", config] })),
  { name: "lint", command: join(BIN, "oxlint"), args: ["--type-aware", "--deny-warnings", "."] },
  { name: "format", command: join(BIN, "oxfmt"), args: ["--check", "."] },
  {
    name: "tests",
    command: process.execPath,
    args: ["--test", "--test-reporter=spec", ...globSync(UNIT_TESTS, { cwd: ROOT })],
  },
];

let passedCount = 0;
let failedCount = 0;
for (const outcome of await Promise.all(parts.map(run))) {
  console.log(
    `${outcome.passed ? "ok    " : "FAILED"}  ${outcome.part.name.padEnd(16)} ${outcome.seconds.toFixed(1)} s`,
  );
  const tests = /tests \d+[\s\S]*?pass (\d+)[\s\S]*?fail (\d+)/.exec(outcome.output);
  passedCount += tests === null ? Number(outcome.passed) : Number(tests[1]);
  failedCount += tests === null ? Number(!outcome.passed) : Math.max(Number(tests[2]), Number(!outcome.passed));
  if (!outcome.passed) console.log(outcome.output.slice(-20_000));
}
console.log(`${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount === 0 ? 0 : 1;
