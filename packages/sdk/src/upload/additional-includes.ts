import { PlatformError } from "@lazuli/contract/errors.ts";
import { basename, resolve } from "node:path";

import { readLocalContent, type LocalContent, type LocalFile } from "./local-content.ts";

/** A snapshot that so far holds nothing: code that is only what it includes. */
export const EMPTY_CONTENT: LocalContent = { kind: "folder", name: "code", files: [], folders: [], sizeBytes: 0 };

/**
 * The content of a code folder with further files and folders in it, each under its own name, as the Python SDK merges
 * `additional_includes`.
 *
 * Throws `BadRequest` when an included file would take the place of another, and names both.
 */
export async function mergeIncludes(content: LocalContent, includes: readonly string[]): Promise<LocalContent> {
  if (includes.length === 0) return content;
  const files = new Map(content.files.map((file) => [file.path, file]));
  const folders = new Set(content.folders);
  for (const path of includes) {
    // `../src/.` and `../src/` are the folder `src`.
    const place = resolve(path);
    const included = await readLocalContent(place);
    const prefix = included.kind === "folder" ? `${basename(place)}/` : "";
    if (prefix !== "") folders.add(basename(place));
    for (const folder of included.folders) folders.add(`${prefix}${folder}`);
    for (const file of included.files) addFile(files, { ...file, path: `${prefix}${file.path}` }, path);
  }
  const merged = [...files.values()];
  const sizeBytes = merged.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    kind: "folder",
    name: content.kind === "folder" ? content.name : "code",
    files: merged,
    folders: [...folders],
    sizeBytes,
  };
}

function addFile(files: Map<string, LocalFile>, file: LocalFile, include: string): void {
  const other = files.get(file.path);
  if (other !== undefined && other.absolutePath !== file.absolutePath) {
    throw new PlatformError(
      "BadRequest",
      `'additional_includes' names '${include}', whose '${file.path}' would take the place of '${other.absolutePath}'; rename one of them.`,
      { target: "additional_includes" },
    );
  }
  files.set(file.path, file);
}
