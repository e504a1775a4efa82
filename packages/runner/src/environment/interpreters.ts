import { execFile } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, renameSync, statSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 10_000;
const CANDIDATES_MAX = 60;
const PROGRAM = /^python3(\.\d{1,2})?$/;
/** Azure's images are built on it. */
const DEFAULT_VERSION = "3.10";
const OLDEST_MINOR = 8;
/** Says the version, and where the interpreter really is: version managers put scripts in front of it. */
const PROBE =
  "import sys,os,json;print(json.dumps([os.path.realpath(sys.executable),'.'.join(map(str,sys.version_info[:3]))]))";

const cacheSchema = z.object({
  key: z.string(),
  interpreters: z.array(z.object({ path: z.string(), version: z.string() })),
});
const probeSchema = z.tuple([z.string(), z.string()]);

export interface Interpreter {
  /** The real program, not a link or a shim. */
  readonly path: string;
  /** As `3.10.13`. */
  readonly version: string;
}

export interface InterpreterSearch {
  readonly path: string;
  readonly home: string;
  readonly pyenvRoot: string | undefined;
  /** Remembers what was found, as long as the same programs are there. */
  readonly cachePath: string;
}

/** All Python 3 interpreters of the machine; those first found come first. */
export async function findInterpreters(search: InterpreterSearch): Promise<readonly Interpreter[]> {
  const candidates = listCandidates(search);
  const key = JSON.stringify(candidates);
  const cached = readCache(search.cachePath);
  if (cached?.key === key) return cached.interpreters;
  const found = await Promise.all(candidates.map(({ path }) => probe(path)));
  const interpreters = [...new Map(found.flat().map((one) => [one.path, one])).values()];
  writeCache(search.cachePath, { key, interpreters });
  return interpreters;
}

/**
 * The interpreter of the version asked for, or the nearest one: the same minor version, else the closest, and of two
 * equally close the newer. `undefined` when there is none at all.
 */
export function pickInterpreter(
  asked: string | undefined,
  interpreters: readonly Interpreter[],
): Interpreter | undefined {
  const wanted = parseVersion(asked ?? DEFAULT_VERSION);
  const usable = interpreters.filter(({ version }) => parseVersion(version).minor >= OLDEST_MINOR);
  const ranked = usable.toSorted((a, b) => distance(a, wanted) - distance(b, wanted));
  return ranked[0];
}

/** `undefined` when the interpreter is what was asked for. */
export function describeSubstitution(asked: string | undefined, used: Interpreter): string | undefined {
  if (asked === undefined || used.version === asked || used.version.startsWith(`${asked}.`)) return undefined;
  return `${asked} asked, ${used.version} used`;
}

interface Version {
  readonly minor: number;
  readonly patch: number | undefined;
}

function parseVersion(text: string): Version {
  const [, minor, patch] = text.split(".").map(Number);
  return { minor: minor ?? 10, patch };
}

/** Minor versions weigh most, then newer before older, then the patch. */
function distance(interpreter: Interpreter, wanted: Version): number {
  const { minor, patch = 0 } = parseVersion(interpreter.version);
  const isOlder = minor < wanted.minor ? 1 : 0;
  const patchDistance = wanted.patch === undefined ? -patch : Math.abs(patch - wanted.patch);
  return Math.abs(minor - wanted.minor) * 10_000 + isOlder * 1_000 + patchDistance;
}

function listCandidates({ path, home, pyenvRoot }: InterpreterSearch): { path: string; changedAt: number }[] {
  const managed = [join(pyenvRoot ?? join(home, ".pyenv"), "versions"), join(home, ".local", "share", "uv", "python")];
  const managedFolders = managed.flatMap((folder) => listNames(folder).map((name) => join(folder, name, "bin")));
  const pathFolders = path.split(delimiter).filter((folder) => folder.startsWith("/") && !folder.endsWith("/shims"));
  const folders = [...new Set([...pathFolders, "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", ...managedFolders])];
  const programs = folders.flatMap((folder) => {
    return listNames(folder)
      .filter((name) => PROGRAM.test(name))
      .map((name) => join(folder, name));
  });
  const real = new Map(programs.flatMap(resolveProgram));
  return [...real].slice(0, CANDIDATES_MAX).map(([program, changedAt]) => ({ path: program, changedAt }));
}

function resolveProgram(path: string): [string, number][] {
  try {
    const real = realpathSync(path);
    return [[real, Math.trunc(statSync(real).mtimeMs)]];
  } catch {
    // A link to a version that was removed.
    return [];
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not every machine has every folder.
    return [];
  }
}

async function probe(path: string): Promise<Interpreter[]> {
  try {
    const { stdout } = await run(path, ["-I", "-S", "-c", PROBE], { timeout: PROBE_TIMEOUT_MS });
    const [real, version] = probeSchema.parse(JSON.parse(stdout));
    return [{ path: real, version }];
  } catch {
    // A program that does not run is no interpreter.
    return [];
  }
}

function readCache(path: string): z.infer<typeof cacheSchema> | undefined {
  try {
    return cacheSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Absent, or of another release: it is written anew.
    return undefined;
  }
}

function writeCache(path: string, cache: z.infer<typeof cacheSchema>): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(cache));
  renameSync(draft, path);
}
