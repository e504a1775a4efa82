import { PlatformError } from "@lazuli/contract/errors.ts";
import { uvVariables } from "@lazuli/sdk/node/uv-variables.ts";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { withStatusLine } from "../output/status-line.ts";

/** The same that jobs use, so that it is fetched once for both. */
const UV_VERSION = "0.13.9";
const REQUIREMENTS = ["azure-ai-ml", "azure-identity", "mlflow", "scikit-learn", "pandas"];
const PYTHON_VERSIONS = ["3.12", "3.11", "3.13", "3.10"];
const OUTPUT_CHARACTERS_MAX = 8_000;

export interface PythonPackages {
  readonly interpreter: string;
  readonly wasThere: boolean;
}

/**
 * A virtual environment with the newest Azure ML SDK, made once per home.
 *
 * Throws `Unavailable` that says what is missing on the machine.
 */
export async function ensurePythonPackages(home: string): Promise<PythonPackages> {
  const digest = createHash("sha256").update(JSON.stringify(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(home, "tools", `quickstart-${digest}`);
  const interpreter = join(folder, "bin", "python");
  if (existsSync(join(folder, "ready"))) return { interpreter, wasThere: true };
  const python = await findPython();
  const uv = await ensureUv(home, python);
  await rm(folder, { recursive: true, force: true });
  await withStatusLine("Installing the Azure ML SDK", async (update) => {
    await run(uv, ["venv", "--quiet", "--python", python, folder]);
    await run(uv, ["pip", "install", "--python", interpreter, ...REQUIREMENTS], update);
  });
  await writeFile(join(folder, "ready"), "");
  return { interpreter, wasThere: false };
}

/** The first Python of a version that all packages are built for. */
async function findPython(): Promise<string> {
  const names = [...PYTHON_VERSIONS.map((version) => `python${version}`), "python3", "python"];
  for (const name of names) {
    const check = "import sys; assert sys.version_info >= (3, 10); print(sys.executable)";
    const found = await run(name, ["-c", check]).catch(() => undefined);
    if (found !== undefined) return found.trim();
  }
  throw new PlatformError(
    "Unavailable",
    "Python 3.10 or newer is missing; get it with 'sudo apt install python3 python3-venv', 'brew install python', or from https://python.org.",
  );
}

async function ensureUv(home: string, python: string): Promise<string> {
  const folder = join(home, "tools", `uv-${UV_VERSION}`);
  const program = join(folder, "bin", "uv");
  if (existsSync(program)) return program;
  const onPath = (process.env["PATH"] ?? "").split(delimiter).map((entry) => join(entry, "uv"));
  const found = onPath.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const draft = `${folder}.${process.pid}`;
  await mkdir(join(home, "tools"), { recursive: true });
  await withStatusLine("Fetching uv", async () => {
    await run(python, ["-m", "venv", draft]).catch((error: unknown) => {
      throw new PlatformError(
        "Unavailable",
        "Python's 'venv' is missing; get it with 'sudo apt install python3-venv'.",
        {
          cause: error,
        },
      );
    });
    await run(join(draft, "bin", "python"), ["-m", "pip", "install", "--quiet", `uv==${UV_VERSION}`]);
  });
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    // A job that fetched it at the same time was faster.
    if (!existsSync(program)) throw error;
  });
  return program;
}

/** Runs a program to its end; returns what it printed. Throws `Unavailable` with its own words. */
function run(program: string, args: readonly string[], onLine?: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = uvVariables(process.env);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    let printed = "";
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      printed = `${printed}${chunk.toString()}`.slice(-OUTPUT_CHARACTERS_MAX);
      const line = printed.trimEnd().split("\n").at(-1)?.trim();
      if (line !== undefined) onLine?.(line);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else
        reject(
          new PlatformError("Unavailable", `'${program} ${args.slice(0, 3).join(" ")}' failed:\n${printed.trim()}`),
        );
    });
  });
}
