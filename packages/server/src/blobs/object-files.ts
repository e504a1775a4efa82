import { constants } from "node:fs";
import { chmod, link, lstat, mkdir, open, readdir, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

import { CHUNK_BYTES } from "./storage-limits.ts";
import { FolderSync, syncFolder } from "./sync-folder.ts";
import { writeContent, type BlobContent, type WrittenContent } from "./write-content.ts";

const ID_BYTES = 16;
const SHARD_LENGTH = 2;
const SHARD_COUNT = 256;
const READ_ONLY = 0o444;
const INCOMING = "incoming";
const FULL_CODES: readonly string[] = ["ENOSPC", "EDQUOT"];
/** Links that cannot be made although the file can be read: other disk, too many links, no permission, no support. */
const UNLINKABLE_CODES: readonly string[] = ["EXDEV", "EMLINK", "EPERM", "ENOTSUP", "EOPNOTSUPP"];

export interface StagedObject extends WrittenContent {
  readonly id: string;
}

/**
 * Content files, immutable and named by ids made here: `<2 hex>/<id>`; no name from outside is ever part of a path.
 *
 * A write keeps a second name in `incoming/` until its row is committed. So what a crash leaves unfinished is exactly
 * what `incoming/` holds, and recovery never has to look at all files.
 */
export class ObjectFiles {
  readonly #folder: string;
  readonly #folders = new FolderSync();
  readonly #works = new Set<Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folders that are missing. */
  async prepare(): Promise<void> {
    await mkdir(join(this.#folder, INCOMING), { recursive: true });
    // The last one is made last, so it tells whether all are there.
    if (await exists(join(this.#folder, (SHARD_COUNT - 1).toString(16)))) return;
    for (let shard = 0; shard < SHARD_COUNT; shard++) {
      await mkdir(join(this.#folder, shard.toString(16).padStart(SHARD_LENGTH, "0")), { recursive: true });
    }
    await syncFolder(this.#folder);
  }

  path(id: string): string {
    return join(this.#folder, id.slice(0, SHARD_LENGTH), id);
  }

  /** Writes content whole and durably under a new id. Nothing of it remains when this throws (`StorageFull`, `TooLarge`). */
  async stage(content: BlobContent, bytesMax: number): Promise<StagedObject> {
    const id = newObjectId();
    try {
      const file = await open(this.#incoming(id), "wx", READ_ONLY);
      try {
        const written = await writeContent(file, content, bytesMax);
        // Both must have happened before the row may be committed; neither needs the other.
        await allDone([file.datasync(), this.#publish(id)]);
        return { id, ...written };
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.discard([id]);
      throw toStorageError(error);
    }
  }

  /** Takes a file in by hard link, or by copy where links are impossible. Throws `BadRequest` unless it is a regular file. */
  async stageFile(path: string): Promise<{ readonly id: string; readonly sizeBytes: number }> {
    const id = newObjectId();
    try {
      await link(path, this.#incoming(id));
      const sizeBytes = await settleFile(this.#incoming(id), path);
      await this.#publish(id);
      return { id, sizeBytes };
    } catch (error) {
      await this.discard([id]);
      if (hasCode(error, UNLINKABLE_CODES)) return this.#copyFile(path);
      throw toStorageError(error);
    }
  }

  async #copyFile(path: string): Promise<StagedObject> {
    const file = await openRegularFile(path);
    return this.stage(file.createReadStream({ highWaterMark: CHUNK_BYTES }), Number.MAX_SAFE_INTEGER);
  }

  /** The row is committed: the second name goes, in the background, because recovery would remove it, too. */
  settle(ids: readonly string[]): void {
    for (const id of ids) {
      const work = unlinkIfThere(this.#incoming(id)).catch(() => undefined);
      this.#works.add(work);
      void work.then(() => this.#works.delete(work));
    }
  }

  /** Resolves when what was settled has only one name left. */
  async idle(): Promise<void> {
    await Promise.all(this.#works);
  }

  async close(): Promise<void> {
    await this.idle();
    await this.#folders.close();
  }

  /** The row was not committed: the file goes. */
  async discard(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await unlinkIfThere(this.path(id));
      await unlinkIfThere(this.#incoming(id));
    }
  }

  async remove(id: string): Promise<void> {
    await unlinkIfThere(this.path(id));
  }

  open(id: string): Promise<FileHandle> {
    return open(this.path(id), "r");
  }

  /** Ids of writes that had no end before this process started; call it before the first write. */
  async listUnfinished(): Promise<string[]> {
    return readdir(join(this.#folder, INCOMING));
  }

  #incoming(id: string): string {
    return join(this.#folder, INCOMING, id);
  }

  async #publish(id: string): Promise<void> {
    await link(this.#incoming(id), this.path(id));
    await this.#folders.sync(join(this.#folder, id.slice(0, SHARD_LENGTH)));
  }
}

function newObjectId(): string {
  return randomBytes(ID_BYTES).toString("hex");
}

/** Waits for all also when one fails: nobody may clean up while another still works. */
async function allDone(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** `link` takes a symbolic link itself, so what was linked is looked at, not what had that name before. */
async function settleFile(target: string, source: string): Promise<number> {
  const linked = await lstat(target);
  if (!linked.isFile()) throw notRegular(source);
  await chmod(target, READ_ONLY);
  const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Never follows a symbolic link: its target may be a file that only the server may read. */
async function openRegularFile(path: string): Promise<FileHandle> {
  const found = await lstat(path);
  if (!found.isFile()) throw notRegular(path);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}

function notRegular(path: string): PlatformError {
  return new PlatformError("BadRequest", `'${path}' is not a regular file.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return false;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
  }
}

function toStorageError(error: unknown): unknown {
  if (!hasCode(error, FULL_CODES)) return error;
  return new PlatformError(
    "StorageFull",
    `The disk that holds the blobs is full: ${describeError(error)}. Free some space.`,
    {
      cause: error,
    },
  );
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
