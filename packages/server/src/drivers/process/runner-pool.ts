import { randomUUID } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Log } from "../../base/log.ts";
import { RunnerLink, type LinkListener } from "./runner-link.ts";

/** Runners of one machine, busy ones included; a start beyond waits for one to become free. */
const RUNNERS_MAX = 256;
/**
 * Tasks that one runner carries out at a time. A runner that has many is warmer and costs less for each; one that dies
 * takes fewer with it when it has few.
 */
const TASKS_PER_RUNNER = 4;
/** Runners being started at the same moment: more would only take the CPU from the tasks. */
const STARTING_MAX = 4;
/** A runner that has not said hello by then will not. */
const START_TIMEOUT_MS = 30_000;
/** Runners beyond the warm ones end after a pause as long as this. */
const SHRINK_MS = 30_000;
/** Warm runners are made up for once no task was started for so long: in a burst they would take its CPU. */
const CALM_MS = 300;
const SOCKET_SUFFIX = ".sock";

export interface RunnerPoolOptions {
  /** Folder of the runners' sockets, private to the user. */
  readonly socketFolder: string;
  /** Tasks that can be taken on without a wait, to be kept ready. */
  readonly warmCount: number;
  readonly log: Log;
  readonly onReport: LinkListener["onReport"];
  /** Has a runner started that will listen at the socket. */
  spawn(runnerId: string, socketPath: string): void;
  /** Told of tasks whose runner went away under them. */
  onLost?: ((taskIds: readonly string[]) => void) | undefined;
}

interface Waiter {
  readonly taskId: string;
  resolve(link: RunnerLink): void;
  reject(error: Error): void;
}

/** Idle and busy runners of this machine. A restarted server finds those of the one before by their sockets. */
export class RunnerPool {
  readonly #options: RunnerPoolOptions;
  readonly #links = new Map<string, RunnerLink>();
  readonly #waiters: Waiter[] = [];
  /** Runners on their way, with the timer that gives them up. */
  readonly #starting = new Map<string, NodeJS.Timeout>();
  readonly #connecting = new Set<string>();
  #watcher: FSWatcher | undefined;
  #shrinkTimer: NodeJS.Timeout | undefined;
  #calmTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
  }

  /** Finds the runners that are there and starts what is missing. */
  async open(): Promise<void> {
    const { socketFolder } = this.#options;
    await mkdir(socketFolder, { recursive: true, mode: 0o700 });
    await checkPrivate(socketFolder);
    this.#watcher = watch(socketFolder, (_event, name) => {
      if (name !== null) void this.#meet(name);
    });
    this.#watcher.unref();
    await Promise.all((await readdir(socketFolder)).map((name) => this.#meet(name)));
    this.#shrinkTimer = setInterval(() => this.#shrink(), SHRINK_MS);
    this.#shrinkTimer.unref();
    // The server's own start comes first; a task that comes before the warm runners gets one of its own at once.
    this.#awaitCalm();
  }

  find(runnerId: string): RunnerLink | undefined {
    return this.#links.get(runnerId);
  }

  /** Resolves as soon as a runner has room, which is the task's until the runner says that it is free again. */
  async take(taskId: string, signal: AbortSignal): Promise<RunnerLink> {
    this.#awaitCalm();
    const link = this.#waiters.length === 0 ? this.#reserve(taskId) : undefined;
    if (link !== undefined) return link;
    const { promise, resolve, reject } = Promise.withResolvers<RunnerLink>();
    const waiter = { taskId, resolve, reject };
    const onAbort = (): void => {
      const index = this.#waiters.indexOf(waiter);
      if (index !== -1) this.#waiters.splice(index, 1);
      reject(new PlatformError("Unavailable", "The start of the task was given up."));
    };
    this.#waiters.push(waiter);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#refill();
    return promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Whoever was to start runners is gone: those on their way may never come. */
  startAgain(): void {
    for (const timer of this.#starting.values()) clearTimeout(timer);
    this.#starting.clear();
    this.#refill();
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    clearInterval(this.#shrinkTimer);
    clearTimeout(this.#calmTimer);
    for (const timer of this.#starting.values()) clearTimeout(timer);
    for (const link of this.#links.values()) if (link.taskIds.size === 0) link.tell({ type: "exit" });
    for (const waiter of this.#waiters) waiter.reject(new PlatformError("Unavailable", "The server is shutting down."));
    setImmediate(() => this.#links.forEach((link) => link.close()));
  }

  /** Connects to a socket that appeared. */
  async #meet(socketName: string): Promise<void> {
    const runnerId = socketName.slice(0, -SOCKET_SUFFIX.length);
    const isKnown = this.#links.has(runnerId) || this.#connecting.has(runnerId);
    if (this.#isClosed || isKnown || !socketName.endsWith(SOCKET_SUFFIX)) return;
    this.#connecting.add(runnerId);
    const path = join(this.#options.socketFolder, socketName);
    try {
      const link = await RunnerLink.open(path, {
        onFree: () => this.#offer(),
        onReport: this.#options.onReport,
        onClose: (closed) => this.#forget(closed),
      });
      if (this.#isClosed) return dismiss(link);
      this.#links.set(link.hello.runnerId, link);
      this.#offer();
    } catch (error) {
      // A socket whose runner was killed; a removed one is met here too.
      const isRefused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
      if (isRefused) await rm(path, { force: true });
      else this.#options.log.debug({ runnerId, error }, "no runner answers at the socket");
    } finally {
      this.#connecting.delete(runnerId);
      this.#arrived(runnerId);
    }
  }

  /** Room is where the fewest tasks are. */
  #reserve(taskId: string): RunnerLink | undefined {
    let best: RunnerLink | undefined;
    for (const link of this.#links.values()) {
      if (roomOf(link) > 0 && (best === undefined || link.taskIds.size < best.taskIds.size)) best = link;
    }
    best?.taskIds.add(taskId);
    return best;
  }

  #offer(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const link = this.#reserve(waiter.taskId);
      if (link === undefined) return;
      this.#waiters.shift();
      waiter.resolve(link);
    }
  }

  #forget(link: RunnerLink): void {
    this.#links.delete(link.hello.runnerId);
    if (!this.#isClosed && link.taskIds.size > 0) this.#options.onLost?.([...link.taskIds]);
    this.#refill();
  }

  #arrived(runnerId: string): void {
    if (!this.#links.has(runnerId)) return;
    clearTimeout(this.#starting.get(runnerId));
    if (this.#starting.delete(runnerId)) this.#refill();
  }

  #awaitCalm(): void {
    if (this.#calmTimer !== undefined) {
      this.#calmTimer.refresh();
      return;
    }
    this.#calmTimer = setTimeout(() => {
      this.#calmTimer = undefined;
      this.#refill();
    }, CALM_MS);
    this.#calmTimer.unref();
  }

  #refill(): void {
    const { socketFolder, spawn, log } = this.#options;
    const warmCount = this.#calmTimer === undefined ? this.#options.warmCount : 0;
    const free = [...this.#links.values()].reduce((sum, link) => sum + roomOf(link), 0);
    const missing = this.#waiters.length + warmCount - free;
    const wanted = Math.ceil(missing / TASKS_PER_RUNNER) - this.#starting.size;
    const room = Math.min(STARTING_MAX - this.#starting.size, RUNNERS_MAX - this.#links.size - this.#starting.size);
    if (this.#isClosed) return;
    for (let count = Math.min(wanted, room); count > 0; count--) {
      const runnerId = randomUUID().slice(0, 8);
      const timer = setTimeout(() => {
        this.#starting.delete(runnerId);
        log.warn({ runnerId }, "a runner did not come up");
        this.#refill();
      }, START_TIMEOUT_MS);
      timer.unref();
      this.#starting.set(runnerId, timer);
      spawn(runnerId, join(socketFolder, runnerId + SOCKET_SUFFIX));
    }
  }

  #shrink(): void {
    const idle = [...this.#links.values()].filter((link) => link.taskIds.size === 0 && !link.isLeaving);
    const kept = Math.ceil(this.#options.warmCount / TASKS_PER_RUNNER);
    for (const link of idle.slice(kept)) {
      link.isLeaving = true;
      link.tell({ type: "exit" });
    }
  }
}

function roomOf(link: RunnerLink): number {
  return link.isLeaving ? 0 : Math.max(0, TASKS_PER_RUNNER - link.taskIds.size);
}

/** For one that came up while the pool was being closed. */
function dismiss(link: RunnerLink): void {
  link.tell({ type: "exit" });
  setImmediate(() => link.close());
}

/** Whoever can write to the folder could pose as a runner and read the tasks' tokens. */
async function checkPrivate(folder: string): Promise<void> {
  const stat = await lstat(folder);
  const isOwn = process.getuid === undefined || stat.uid === process.getuid();
  if (stat.isDirectory() && isOwn && (stat.mode & 0o077) === 0) return;
  throw new PlatformError(
    "Forbidden",
    `'${folder}' must be a folder that only you can read; remove it and start again.`,
  );
}
