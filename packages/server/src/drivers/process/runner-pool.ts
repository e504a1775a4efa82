import { randomUUID } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Log } from "../../base/log.ts";
import { RunnerLink } from "./runner-link.ts";

/** Runners of one machine, busy ones included; a start beyond waits for one to become free. */
const RUNNERS_MAX = 256;
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
  /** Idle runners to keep ready. */
  readonly warmCount: number;
  readonly log: Log;
  /** Has a runner started that will listen at the socket. */
  spawn(runnerId: string, socketPath: string): void;
}

interface Waiter {
  resolve(link: RunnerLink): void;
  reject(error: Error): void;
}

/** Idle and busy runners of this machine. A restarted server finds those of the one before by their sockets. */
export class RunnerPool {
  readonly #options: RunnerPoolOptions;
  readonly #links = new Map<string, RunnerLink>();
  readonly #idle: RunnerLink[] = [];
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

  /** Resolves as soon as a runner is free; it is the caller's until it says that it is available. */
  async take(signal: AbortSignal): Promise<RunnerLink> {
    this.#awaitCalm();
    const link = this.#idle.pop();
    if (link !== undefined) return link;
    const { promise, resolve, reject } = Promise.withResolvers<RunnerLink>();
    const waiter = { resolve, reject };
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
    for (const link of this.#idle) link.tell({ type: "exit" });
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
        onAvailable: (freed) => this.#offer(freed),
        onClose: (closed) => this.#forget(closed),
      });
      if (this.#isClosed) return dismiss(link);
      this.#links.set(link.hello.runnerId, link);
      if (link.taskId === undefined) this.#offer(link);
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

  #offer(link: RunnerLink): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve(link);
    else if (!this.#idle.includes(link)) this.#idle.push(link);
  }

  #forget(link: RunnerLink): void {
    this.#links.delete(link.hello.runnerId);
    const index = this.#idle.indexOf(link);
    if (index !== -1) this.#idle.splice(index, 1);
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
    const wanted = this.#waiters.length + warmCount - this.#idle.length - this.#starting.size;
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
    const excess = this.#idle.length - this.#options.warmCount;
    for (const link of this.#idle.splice(0, Math.max(0, excess))) link.tell({ type: "exit" });
  }
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
