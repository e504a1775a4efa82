// `npm run dev`: the server and Studio, both rebuilt as their files change, on a home of their own. Ctrl+C ends both.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const HOME = process.env["LAZULI_HOME"] ?? join(ROOT, ".cache", "dev-home");
const PORT = process.env["LAZULI_PORT"] ?? "8471";

interface Part {
  readonly name: string;
  readonly args: readonly string[];
  readonly folder: string;
}

const PARTS: readonly Part[] = [
  {
    name: "server",
    args: [
      "--watch",
      "--watch-preserve-output",
      join(ROOT, "packages/server/src/main.ts"),
      "--home",
      HOME,
      "--port",
      PORT,
    ],
    folder: ROOT,
  },
  {
    name: "studio",
    args: [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--watch", "--logLevel", "warn"],
    folder: join(ROOT, "packages/studio"),
  },
];

function start({ name, args, folder }: Part): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const print = (chunk: Buffer) => process.stdout.write(chunk.toString().replace(/^(?=.)/gm, `${name.padEnd(7)}| `));
  child.stdout.on("data", print);
  child.stderr.on("data", print);
  child.on("exit", (code) => console.log(`${name.padEnd(7)}| ended with ${code}`));
  return child;
}

mkdirSync(HOME, { recursive: true, mode: 0o700 });
const children = PARTS.map(start);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => children.forEach((child) => child.kill("SIGTERM")));
}
console.log(`Data in '${HOME}'. When the server is up, sign in with: LAZULI_HOME='${HOME}' ./lazuli studio`);
