import { copyFileSync, constants, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { TaskFailure } from "../task-failure.ts";

/** Files below this are read and written whole, which is much faster than the system's copy. */
const SMALL_FILE_BYTES = 256 * 1024;
/** A folder that may be written to is copied up to this size; above it, only links are quick enough. */
const COPIED_BYTES_MAX = 512 * 1024 * 1024;
const COPIED_FILES_MAX = 10_000;

export interface PlaceOptions {
  /** The command may change the files in place, so they must not be the blob store's own. */
  readonly isWritable: boolean;
}

/**
 * Puts files of this machine's blob store into a folder: hard links for what is only read, copies (reflinks where the
 * disk can) for what may be changed in place, because a link shares its bytes with the store.
 *
 * @param files Relative name to absolute path. Throws `TaskFailure` for a name that leaves the folder.
 */
export function placeFiles(folder: string, files: Readonly<Record<string, string>>, options: PlaceOptions): void {
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(files);
  const isCopied = options.isWritable && entries.length <= COPIED_FILES_MAX && totalBytes(entries) <= COPIED_BYTES_MAX;
  const made = new Set([folder]);
  for (const [name, source] of entries) {
    const target = join(folder, checkName(name));
    const parent = dirname(target);
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    if (isCopied) copyFile(source, target);
    else linkFile(source, target);
  }
}

/** Links, or copies where links are impossible: another disk, or one that knows none. */
export function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EXDEV" && code !== "EMLINK" && code !== "EPERM" && code !== "ENOTSUP") throw error;
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}

/** Component by component: a name from a blob store never leaves the folder that it is put in. */
export function checkName(name: string): string {
  const components = name.split("/");
  const isSafe = components.every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
  if (isSafe) return name;
  throw new TaskFailure({ category: "data", code: "BadFileName", message: `'${name}' cannot be the name of a file.` });
}

function copyFile(source: string, target: string): void {
  if (statSync(source).size > SMALL_FILE_BYTES) copyFileSync(source, target, constants.COPYFILE_FICLONE);
  else writeFileSync(target, readFileSync(source));
}

function totalBytes(entries: readonly (readonly [string, string])[]): number {
  let bytes = 0;
  for (const [, source] of entries.slice(0, COPIED_FILES_MAX)) bytes += statSync(source).size;
  return bytes;
}
