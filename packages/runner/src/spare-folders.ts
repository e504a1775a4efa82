import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { RESULT_FOLDERS, spareResultFolder } from "./task-folders.ts";

const PREFIX = ".spare-";
/** More tasks than this do not end in one moment. */
const SPARES_MAX = 8;
/** A folder with more to empty is removed on the side instead. */
const ENTRIES_MAX = 64;
const ATTEMPT = "attempt.json";

/**
 * Working folders that a task left as empty as it found them, for the next one: making and removing six folders costs
 * a journaling disk a millisecond of CPU and fifteen of waiting, a rename nothing.
 */
export class SpareFolders {
  readonly #runnerId: string;
  readonly #spares: string[] = [];
  #count = 0;

  constructor(runnerId: string) {
    this.#runnerId = runnerId;
  }

  /**
   * Makes a task's folder with the attempt in it, whole or not at all. Answers false when the folder is there already:
   * somebody has taken the task on before.
   */
  claim(folder: string, attempt: string): boolean {
    const spare = this.#take(dirname(folder), attempt);
    try {
      renameSync(spare, folder);
      return true;
    } catch (error) {
      this.#spares.push(spare);
      if (isCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) return false;
      throw error;
    }
  }

  /** Takes a task's folder away at its end: empties it for the next task where that is little work. */
  async clear(folder: string): Promise<void> {
    if (this.#spares.length < SPARES_MAX && isEmptied(folder)) {
      const spare = this.#name(dirname(folder));
      renameSync(folder, spare);
      this.#spares.push(spare);
    } else {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Removes the spare ones, at the runner's end. */
  close(): void {
    for (const spare of this.#spares.splice(0)) rmSync(spare, { recursive: true, force: true });
  }

  #take(parent: string, attempt: string): string {
    for (let spare = this.#spares.pop(); spare !== undefined; spare = this.#spares.pop()) {
      try {
        writeFileSync(join(spare, ATTEMPT), attempt, { mode: 0o600 });
        return spare;
      } catch {
        // Removed by somebody else; a new one is made.
      }
    }
    const spare = this.#name(parent);
    mkdirSync(spare, { recursive: true, mode: 0o700 });
    mkdirSync(join(spare, "wd"), { mode: 0o700 });
    for (const name of ["user_logs", ...RESULT_FOLDERS.map(spareResultFolder)]) mkdirSync(join(spare, name));
    writeFileSync(join(spare, ATTEMPT), attempt, { mode: 0o600 });
    return spare;
  }

  #name(parent: string): string {
    return join(parent, `${PREFIX}${this.#runnerId}-${this.#count++}`);
  }
}

/** Removes what runners left that were killed: those whose socket is gone. */
export async function removeLeftSpares(tasksFolder: string, isAlive: (runnerId: string) => boolean): Promise<void> {
  const names = await readdir(tasksFolder).catch(() => []);
  const left = names.filter(
    (name) => name.startsWith(PREFIX) && !isAlive(name.slice(PREFIX.length).split("-")[0] ?? ""),
  );
  for (const name of left) await rm(join(tasksFolder, name), { recursive: true, force: true });
}

/** Brings the folder to the shape of a new one; false when there is more in it than a few files. */
function isEmptied(folder: string): boolean {
  try {
    const isPlain =
      isOwn(folder) &&
      isStripped(folder, ["wd", "user_logs", ...RESULT_FOLDERS.map(spareResultFolder)]) &&
      isStripped(join(folder, "user_logs"), []) &&
      isStripped(join(folder, "wd"), RESULT_FOLDERS);
    return isPlain && RESULT_FOLDERS.every((name) => takesBack(folder, name));
  } catch {
    // Removed, or made unreadable, by the task itself.
    return false;
  }
}

/** `outputs` and `logs` lie in the code's folder while a task runs, unless its code has files of these names. */
function takesBack(folder: string, name: string): boolean {
  const spare = join(folder, spareResultFolder(name));
  const used = join(folder, "wd", name);
  if (lstatSync(used, { throwIfNoEntry: false }) === undefined) return isOwn(spare) && isStripped(spare, []);
  if (!isStripped(used, []) || lstatSync(spare, { throwIfNoEntry: false }) !== undefined) return false;
  renameSync(used, spare);
  return true;
}

/** Removes the files of a folder; false when it has others than the folders expected, or has changed hands. */
function isStripped(folder: string, expected: readonly string[]): boolean {
  if (!isOwn(folder)) return false;
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.length > ENTRIES_MAX) return false;
  if (entries.some((entry) => entry.isDirectory() && !expected.includes(entry.name))) return false;
  for (const entry of entries) if (!entry.isDirectory()) unlinkSync(join(folder, entry.name));
  return true;
}

/** A folder itself, not a link: of this user, who alone may write to it. */
function isOwn(folder: string): boolean {
  const { mode, uid } = lstatSync(folder);
  return (mode & 0o177722) === 0o040700 && uid === (process.getuid?.() ?? uid);
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
