import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";

import type { FileDigests } from "../../domain/reuse/compare-files.ts";
import { hashFile } from "./hash-content.ts";

/** Above these, a folder of this machine is not read through each time a step is looked up. */
export const LOCAL_FILES_MAX = 10_000;
export const LOCAL_BYTES_MAX = 256 * 1024 * 1024;

export type LocalContent =
  | { readonly kind: "known"; readonly files: FileDigests; readonly sizeBytes: number }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Content of a file or folder of this machine, read anew each time: nothing but its bytes says whether it changed.
 */
export async function readLocalContent(path: string): Promise<LocalContent> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { kind: "unknown", reason: `there is nothing at '${path}'` };
  const paths = found.isDirectory() ? await listFiles(path) : [path];
  if (typeof paths === "string") return { kind: "unknown", reason: paths };
  let sizeBytes = 0;
  for (const file of paths) sizeBytes += (await stat(file)).size;
  if (sizeBytes > LOCAL_BYTES_MAX) {
    const limit = `${LOCAL_BYTES_MAX / 1024 / 1024} MiB`;
    return { kind: "unknown", reason: `'${path}' is larger than the ${limit} that are read each time` };
  }
  const entries: [string, string][] = [];
  for (const file of paths) {
    entries.push([found.isDirectory() ? relative(path, file) : basename(path), await hashFile(file)]);
  }
  return { kind: "known", files: Object.fromEntries(entries), sizeBytes };
}

/** Paths of the files below, or why they cannot be told. */
async function listFiles(folder: string): Promise<string[] | string> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    const isLinkedFolder = entry.isSymbolicLink() && (await stat(path).catch(() => lstat(path))).isDirectory();
    if (isLinkedFolder) return `'${path}' is a link to a folder, which is not followed`;
    files.push(path);
    if (files.length > LOCAL_FILES_MAX) return `'${folder}' holds more than ${LOCAL_FILES_MAX} files`;
  }
  return files;
}
