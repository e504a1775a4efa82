import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { AdoptRequest } from "@lazuli/contract/node/runner-message.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { parseStoragePath } from "@lazuli/contract/shared/storage-address.ts";

import type { BlobAddress, BlobConditions } from "../../blobs/blob-store.ts";
import type { Tasks } from "../../engine/tasks/tasks.ts";

/** Files taken in at once; each is a link and an fsync. */
const PARALLEL_ADOPTIONS = 8;

/** The one thing that the node protocol asks of the blob store. */
export interface BlobAdopter {
  adopt(address: BlobAddress, path: string, options?: BlobConditions): Promise<unknown>;
  find(address: BlobAddress): Promise<{ readonly etag: string; readonly modifiedAt: number } | undefined>;
}

export interface AdoptDependencies {
  readonly tasks: Tasks;
  readonly blobs: BlobAdopter;
  readonly localDrivers: ReadonlySet<string>;
}

/**
 * Takes files of a local task's working folder into the blob store by hard link.
 *
 * Throws `Unsupported` for a task on another machine, `Forbidden` for a file outside the working folder (symbolic links
 * followed) or a target that is not among the task's outputs.
 */
export async function adoptOutputs(
  taskId: string,
  files: AdoptRequest["files"],
  { tasks, blobs, localDrivers }: AdoptDependencies,
): Promise<{ adopted: number }> {
  const task = await tasks.find(taskId);
  if (task === undefined) throw new PlatformError("NotFound", `Task '${taskId}' does not exist.`);
  if (!localDrivers.has(task.driver)) {
    throw new PlatformError("Unsupported", "The task does not run on this machine, so its files must be uploaded.");
  }
  const root = await realpath(task.spec.workingFolder);
  const { spec } = task;
  const waiting = files.values();
  async function adoptNext(): Promise<void> {
    for (const file of waiting) {
      const target = targetOf(spec, file.url);
      const path = await confine(root, file.path);
      if ((spec.group?.nodeRank ?? 0) === 0) await blobs.adopt(target, path);
      else await adoptUnlessThere(target, path, { blobs, since: task?.createdAt ?? 0 });
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_ADOPTIONS, files.length) }, adoptNext));
  return { adopted: files.length };
}

/** Of files that several nodes of a job write under one name, the first node's stays, or whichever came first. */
async function adoptUnlessThere(
  target: BlobAddress,
  path: string,
  { blobs, since }: { blobs: BlobAdopter; since: number },
): Promise<void> {
  const known = await blobs.find(target);
  // Times of blobs have whole seconds on the wire; an older file is of another job or attempt.
  if (known !== undefined && known.modifiedAt >= since) return;
  const condition = known === undefined ? { ifNoneMatch: "*" } : { ifMatch: known.etag };
  try {
    await blobs.adopt(target, path, condition);
  } catch (error) {
    const isThere = error instanceof PlatformError && ["AlreadyExists", "PreconditionFailed"].includes(error.code);
    if (!isThere) throw error;
  }
}

async function confine(root: string, path: string): Promise<string> {
  const real = isAbsolute(path) ? undefined : await realpath(join(root, path)).catch(() => undefined);
  if (real === undefined || !real.startsWith(root + sep)) {
    throw new PlatformError("Forbidden", `'${path}' is not a file of the task's working folder.`);
  }
  if (!(await stat(real)).isFile()) throw new PlatformError("BadRequest", `'${path}' is not a plain file.`);
  return real;
}

/** The blob behind a URL, which must be an output of the task or below one. */
function targetOf(spec: TaskSpec, url: string): BlobAddress {
  const target = withoutQuery(url);
  const writable = spec.inputs.filter(({ mode }) => mode === "rw_mount");
  const allowed = [...spec.outputs, ...writable, { url: spec.artifactsUrl }].map(({ url: base }) => withoutQuery(base));
  const isAllowed = allowed.some((base) => target === base || (base.endsWith("/") && target.startsWith(base)));
  if (!isAllowed) throw new PlatformError("Forbidden", `'${url}' is not among the task's outputs.`);
  const storagePath = parseStoragePath(pathOf(target));
  const [container = "", ...name] = (storagePath?.rest ?? "").split("/").map(decodeURIComponent);
  if (storagePath === undefined || container === "" || name.length === 0) {
    throw new PlatformError("BadRequest", `'${url}' is not a blob of this server.`);
  }
  return { account: storagePath.account, container, name: name.join("/") };
}

/** Taken by hand: `new URL` would resolve `..`, which is a plain name in a blob store. */
function pathOf(url: string): string {
  return /^https?:\/\/[^/]+(\/.*)$/.exec(url)?.[1] ?? "";
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}
