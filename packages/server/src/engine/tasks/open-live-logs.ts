import { existsSync } from "node:fs";
import { mkdir, open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { LiveLogs, LogFile } from "./tasks.ts";

const COMPONENTS_MAX = 6;
const COMPONENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$/;
/** Log files listed for one task. */
const LOGS_LISTED_MAX = 1_000;
/** Tasks remembered as ended, for a reader that asked for more at the very moment of the end. */
const ENDED_TASKS_MAX = 2_000;

/** @param folder `$LAZULI_HOME/logs/tasks`, made when absent. */
export function openLiveLogs({ folder }: { folder: string }): LiveLogs {
  return new LiveLogFiles(folder);
}

class LiveLogFiles implements LiveLogs {
  readonly #folder: string;
  /** Appends to one file go one after another. */
  readonly #appends = new Map<string, Promise<unknown>>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #ended = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append({ taskId, name }: LogFile, offset: number, bytes: Uint8Array): Promise<number> {
    const path = this.path(taskId, name);
    const before = this.#appends.get(path) ?? Promise.resolve();
    const appended = before.then(() => appendAt(path, offset, bytes));
    const settled = appended.catch(() => undefined);
    this.#appends.set(path, settled);
    try {
      return await appended;
    } finally {
      if (this.#appends.get(path) === settled) this.#appends.delete(path);
      this.#wake(taskId);
    }
  }

  async list(taskId: string): Promise<readonly { name: string; sizeBytes: number }[]> {
    const root = join(this.#folder, checkComponent(taskId));
    // Many a task says nothing: one look, and no thread is asked.
    if (!existsSync(root)) return [];
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(emptyWhenAbsent);
    const files = entries.filter((entry) => entry.isFile()).slice(0, LOGS_LISTED_MAX);
    const logs = await Promise.all(
      files.map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { name: relative(root, path).split(sep).join("/"), sizeBytes: (await stat(path)).size };
      }),
    );
    return logs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async read({ taskId, name }: LogFile, start: number, end?: number): Promise<Uint8Array> {
    const file = await openWhenPresent(this.path(taskId, name));
    if (file === undefined) return new Uint8Array();
    try {
      const { size } = await file.stat();
      const length = Math.max(0, Math.min(end ?? size, size) - start);
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(bytes, 0, length, start);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  path(taskId: string, name: string): string {
    const components = name.split("/");
    if (components.length > COMPONENTS_MAX) {
      throw new PlatformError("BadRequest", `Log name '${name}' has more than ${COMPONENTS_MAX} parts.`);
    }
    return join(this.#folder, checkComponent(taskId), ...components.map(checkComponent));
  }

  async changed({ taskId, name }: LogFile, size: number, signal: AbortSignal): Promise<void> {
    const path = this.path(taskId, name);
    while (!signal.aborted && !this.#ended.has(taskId)) {
      const woken = this.#nextChange(taskId, signal);
      const present = await stat(path).catch(() => undefined);
      if (present !== undefined && present.size > size) {
        woken.cancel();
        return;
      }
      await woken.promise;
    }
  }

  end(taskId: string): void {
    this.#ended.add(taskId);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= ENDED_TASKS_MAX) break;
      this.#ended.delete(oldest);
    }
    this.#wake(taskId);
  }

  async remove(taskId: string): Promise<void> {
    this.end(taskId);
    const root = join(this.#folder, checkComponent(taskId));
    if (existsSync(root)) await rm(root, { recursive: true, force: true });
  }

  #nextChange(taskId: string, signal: AbortSignal): { promise: Promise<void>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watchers = this.#watchers.get(taskId) ?? new Set();
    this.#watchers.set(taskId, watchers);
    const cancel = (): void => {
      watchers.delete(cancel);
      if (watchers.size === 0 && this.#watchers.get(taskId) === watchers) this.#watchers.delete(taskId);
      signal.removeEventListener("abort", cancel);
      resolve();
    };
    watchers.add(cancel);
    signal.addEventListener("abort", cancel);
    return { promise, cancel };
  }

  #wake(taskId: string): void {
    // A watcher takes itself out of the set, and may come back at once: only those here now are woken.
    const watchers = [...(this.#watchers.get(taskId) ?? [])];
    for (const wake of watchers) wake();
  }
}

async function appendAt(path: string, offset: number, bytes: Uint8Array): Promise<number> {
  const file = await openForAppend(path);
  try {
    const { size } = await file.stat();
    if (offset > size) {
      throw new PlatformError("Conflict", `The log has ${size} bytes, so nothing can be appended at ${offset}.`, {
        target: String(size),
      });
    }
    const added = bytes.subarray(size - offset);
    if (added.length > 0) await file.appendFile(added);
    return size + added.length;
  } finally {
    await file.close();
  }
}

async function openForAppend(path: string): Promise<FileHandle> {
  const file = await open(path, "a").catch(undefinedWhenAbsent);
  if (file !== undefined) return file;
  await mkdir(dirname(path), { recursive: true });
  return open(path, "a");
}

function openWhenPresent(path: string): Promise<FileHandle | undefined> {
  return open(path, "r").catch(undefinedWhenAbsent);
}

function checkComponent(component: string): string {
  if (COMPONENT.test(component)) return component;
  throw new PlatformError("BadRequest", `'${component}' cannot be part of a log's name.`);
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}

function emptyWhenAbsent(error: unknown): never[] {
  if (isAbsent(error)) return [];
  throw error;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
