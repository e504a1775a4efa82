import { PlatformError } from "@lazuli/contract/errors.ts";
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { readIgnoreFile, type Ignores } from "./ignore-file.ts";

export interface LocalFile {
  /** Where its content is; links are followed. */
  readonly absolutePath: string;
  /** Below the uploaded folder, with `/`; the name for a single file. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** A local file or folder with everything that an upload of it takes along. */
export interface LocalContent {
  readonly kind: "file" | "folder";
  /** Last part of its path; uploads are named after it. */
  readonly name: string;
  readonly files: readonly LocalFile[];
  readonly sizeBytes: number;
}

const FILES_MAX = 200_000;
const DEPTH_MAX = 64;
const READ_BYTES = 1024 * 1024;
const OBJECT_SEED = "Initialize for october 2021 AML CLI version";

/** Lists what lies at a path, less what its ignore file names. Throws `NotFound` when nothing is there. */
export async function readLocalContent(path: string): Promise<LocalContent> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new PlatformError("NotFound", `There is no file or folder '${path}'.`);
  if (!found.isDirectory()) {
    const file = { absolutePath: await realpath(path), path: basename(path), sizeBytes: found.size };
    return { kind: "file", name: basename(path), files: [file], sizeBytes: found.size };
  }
  const files: LocalFile[] = [];
  await walk({ folder: path, prefix: "", depth: 0 }, await readIgnoreFile(path), files);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { kind: "folder", name: basename(await realpath(path)), files, sizeBytes };
}

/** SHA-256 by which the service recognises code it already has (`hashVersion` 202208). */
export async function hashCode(content: LocalContent): Promise<string> {
  const files = content.files.toSorted((left, right) => compare(left.path.toLowerCase(), right.path.toLowerCase()));
  const hash = createHash("sha256").update(String(files.length));
  for (const file of files) hash.update(`#${file.path}#`).update(String(file.sizeBytes));
  for (const file of files) await addContent(hash, file);
  return hash.digest("hex");
}

/** SHA-256 that names the upload folder of data and models, so that the same content is not sent twice. */
export async function hashObject(content: LocalContent): Promise<string> {
  const hash = createHash("sha256").update(OBJECT_SEED);
  const only = content.kind === "file" ? content.files[0] : undefined;
  if (only !== undefined) await addContent(hash, only);
  else await addFolder(hash, content.files, "");
  return hash.digest("hex");
}

/** Names and contents in the order of a depth-first walk that ignores case, as the Python SDK walks. */
async function addFolder(hash: Hash, files: readonly LocalFile[], prefix: string): Promise<void> {
  const names = new Map<string, LocalFile[]>();
  for (const file of files) {
    const name = file.path.slice(prefix.length).split("/")[0] ?? "";
    names.set(name, [...(names.get(name) ?? []), file]);
  }
  for (const name of [...names.keys()].toSorted((left, right) => compare(left.toLowerCase(), right.toLowerCase()))) {
    hash.update(name);
    const inside = names.get(name) ?? [];
    const [first] = inside;
    if (first !== undefined && first.path === `${prefix}${name}`) await addContent(hash, first);
    else await addFolder(hash, inside, `${prefix}${name}/`);
  }
}

async function addContent(hash: Hash, file: LocalFile): Promise<void> {
  for await (const chunk of createReadStream(file.absolutePath, { highWaterMark: READ_BYTES })) hash.update(chunk);
}

async function walk(
  at: { folder: string; prefix: string; depth: number },
  ignores: Ignores,
  files: LocalFile[],
): Promise<void> {
  if (at.depth > DEPTH_MAX) {
    throw new PlatformError(
      "TooLarge",
      `'${at.folder}' lies deeper than ${DEPTH_MAX} folders; does a link lead in a circle?`,
    );
  }
  for (const name of (await readdir(at.folder)).toSorted(compare)) {
    const path = `${at.prefix}${name}`;
    if (ignores(path)) continue;
    const absolutePath = join(at.folder, name);
    const found = await stat(absolutePath).catch(() => undefined);
    if (found?.isDirectory() === true) {
      await walk({ folder: absolutePath, prefix: `${path}/`, depth: at.depth + 1 }, ignores, files);
    } else if (found?.isFile() === true) {
      files.push({ absolutePath: await realpath(absolutePath), path, sizeBytes: found.size });
    }
    if (files.length > FILES_MAX) {
      throw new PlatformError(
        "TooLarge",
        `'${dirname(absolutePath)}' holds more than ${FILES_MAX} files; name some in '.amlignore'.`,
      );
    }
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
