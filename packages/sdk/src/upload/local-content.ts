import { PlatformError } from "@lazuli/contract/errors.ts";
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";

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
  /** Folders below, also those whose files are all ignored: their names count in the hash of data. */
  readonly folders: readonly string[];
  readonly sizeBytes: number;
}

const FILES_MAX = 200_000;
const READ_BYTES = 1024 * 1024;
const OBJECT_SEED = "Initialize for october 2021 AML CLI version";

/** Lists what lies at a path, less what its ignore file names. Throws `NotFound` when nothing is there. */
export async function readLocalContent(path: string): Promise<LocalContent> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new PlatformError("NotFound", `There is no file or folder '${path}'.`);
  if (!found.isDirectory()) {
    const file = { absolutePath: await realpath(path), path: basename(path), sizeBytes: found.size };
    return { kind: "file", name: basename(path), files: [file], folders: [], sizeBytes: found.size };
  }
  const files: LocalFile[] = [];
  const folders: string[] = [];
  await walk({ folder: path, prefix: "", above: [] }, await readIgnoreFile(path), { files, folders });
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { kind: "folder", name: basename(await realpath(path)), files, folders, sizeBytes };
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
  else await addFolder(hash, childrenOf(content), "");
  return hash.digest("hex");
}

interface Entry {
  readonly path: string;
  /** `undefined` for a folder. */
  readonly file: LocalFile | undefined;
}

/** Names and contents in the order of a depth-first walk that ignores case, as the Python SDK walks. */
async function addFolder(hash: Hash, children: ReadonlyMap<string, readonly Entry[]>, folder: string): Promise<void> {
  const entries = children.get(folder) ?? [];
  const sorted = entries.toSorted((left, right) => compare(left.path.toLowerCase(), right.path.toLowerCase()));
  for (const { path, file } of sorted) {
    hash.update(path.split("/").at(-1) ?? path);
    if (file === undefined) await addFolder(hash, children, path);
    else await addContent(hash, file);
  }
}

/** Files and folders by the folder they lie in; `""` is the root. */
function childrenOf(content: LocalContent): Map<string, Entry[]> {
  const children = new Map<string, Entry[]>();
  const add = (entry: Entry) => {
    const parent = entry.path.split("/").slice(0, -1).join("/");
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [entry]);
    else siblings.push(entry);
  };
  for (const path of content.folders) add({ path, file: undefined });
  for (const file of content.files) add({ path: file.path, file });
  return children;
}

async function addContent(hash: Hash, file: LocalFile): Promise<void> {
  for await (const chunk of createReadStream(file.absolutePath, { highWaterMark: READ_BYTES })) hash.update(chunk);
}

async function walk(
  at: { folder: string; prefix: string; above: readonly string[] },
  ignores: Ignores,
  found: { files: LocalFile[]; folders: string[] },
): Promise<void> {
  const here = await realpath(at.folder);
  if (at.above.includes(here)) {
    throw new PlatformError(
      "BadRequest",
      `'${at.folder}' is a link that leads in a circle; remove it or name it in '.amlignore'.`,
    );
  }
  for (const name of (await readdir(at.folder)).toSorted(compare)) {
    const path = `${at.prefix}${name}`;
    if (ignores(path)) continue;
    const absolutePath = join(at.folder, name);
    const entry = await stat(absolutePath).catch(() => undefined);
    if (entry?.isDirectory() === true) {
      found.folders.push(path);
      await walk({ folder: absolutePath, prefix: `${path}/`, above: [...at.above, here] }, ignores, found);
    } else if (entry?.isFile() === true) {
      found.files.push({ absolutePath: await realpath(absolutePath), path, sizeBytes: entry.size });
    }
    if (found.files.length > FILES_MAX) {
      throw new PlatformError(
        "TooLarge",
        `'${at.folder}' holds more than ${FILES_MAX} files; name some in '.amlignore'.`,
      );
    }
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
