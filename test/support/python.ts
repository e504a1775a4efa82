import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const UV_VERSION = "0.13.9";
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Where test environments and other costly things are kept between runs. */
export const TEST_CACHE = process.env["LAZULI_TEST_CACHE"] ?? join(homedir(), ".cache", "lazuli-tests");

/** The newest clients that the package index has: what a user would install today. */
export const SDK_REQUIREMENTS = ["azure-ai-ml", "mlflow>=3", "scikit-learn", "pandas"] as const;

/**
 * Interpreter of a virtual environment with these requirements, built once and kept.
 *
 * @param version Python version, as `3.11`; the nearest installed one is an error here, not a choice.
 */
export async function pythonEnvironment(version: string, requirements: readonly string[]): Promise<string> {
  const digest = createHash("sha256")
    .update(JSON.stringify([version, requirements]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(TEST_CACHE, "python", digest);
  const interpreter = join(folder, "bin", "python");
  if (existsSync(join(folder, "ready"))) return interpreter;
  const uv = await ensureUv();
  await rm(folder, { recursive: true, force: true });
  await run(uv, ["venv", "--quiet", "--no-python-downloads", "--python", version, folder]);
  await run(uv, ["pip", "install", "--quiet", "--python", interpreter, ...requirements], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  await mkdir(join(folder, "ready"));
  return interpreter;
}

/** uv in an environment of its own, from the package index, unless the machine has one. */
export async function ensureUv(): Promise<string> {
  const folder = join(TEST_CACHE, `uv-${UV_VERSION}`);
  const uv = join(folder, "bin", "uv");
  if (existsSync(uv)) return uv;
  const draft = `${folder}.${process.pid}`;
  await run("python3", ["-m", "venv", draft]);
  await run(join(draft, "bin", "python"), ["-m", "pip", "install", "--quiet", `uv==${UV_VERSION}`]);
  await mkdir(folder, { recursive: true });
  await rename(draft, folder).catch(async () => rm(draft, { recursive: true, force: true }));
  return uv;
}
