import { execFile } from "node:child_process";
import { realpath, stat, statfs } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PYTHON_MINOR_MIN = 10;
const PYTHON_NAMES = ["python3", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python"];
const PROBE_TIMEOUT_MS = 5_000;
/** A curated environment takes about one gigabyte. */
const FREE_BYTES_MIN = 2 * 1024 ** 3;

export interface FoundPython {
  readonly path: string;
  /** `3.11`. */
  readonly version: string;
}

/** A Python 3.10 or newer on the path; jobs and environments need one. */
export async function findPython(): Promise<FoundPython | undefined> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = folders.flatMap((folder) => PYTHON_NAMES.map((name) => join(folder, name)));
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
  const found = real.filter((path) => path !== undefined);
  // The file's name mostly tells the version, and asking a version manager's shim costs more than a whole command may.
  for (const path of found) {
    const version = /python(3\.\d+)$/.exec(path)?.[1];
    if (version !== undefined && isRecent(version) && !path.includes("/shims/")) return { path, version };
  }
  for (const path of new Set(found)) {
    const version = await askVersion(path);
    if (version !== undefined && isRecent(version)) return { path, version };
  }
  return undefined;
}

/** What this machine lacks, each as one sentence with the way to get it; empty when all is there. */
export async function listMissing(home: string): Promise<readonly string[]> {
  const [python, disk] = await Promise.all([describePython(), describeDisk(home)]);
  return [python, disk].filter((problem) => problem !== undefined);
}

async function describePython(): Promise<string | undefined> {
  if ((await findPython()) !== undefined) return undefined;
  const how = process.platform === "darwin" ? "brew install python@3.12" : "sudo apt install python3 python3-venv";
  return `Jobs need Python 3.${PYTHON_MINOR_MIN} or newer, and none is on the path; get it with '${how}' or from https://www.python.org/downloads.`;
}

async function describeDisk(home: string): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(await nearestFolder(home));
  const freeBytes = bavail * bsize;
  if (freeBytes >= FREE_BYTES_MIN) return undefined;
  const free = (freeBytes / 1024 ** 3).toFixed(1);
  return `Only ${free} GiB are free at '${home}', and environments need about ${FREE_BYTES_MIN / 1024 ** 3} GiB; free some space, or choose another place with --home.`;
}

/** The folder itself, or the closest one above that is there already: it says how much room there will be. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestFolder(dirname(path));
}

async function askVersion(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ["--version"], { timeout: PROBE_TIMEOUT_MS });
    return /^Python (\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    // Broken, or a shim of a version manager without a version behind it: the next one may do.
    return undefined;
  }
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 3 && minor >= PYTHON_MINOR_MIN;
}
