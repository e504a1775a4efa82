import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import type { Log } from "../../base/log.ts";

/** One that cannot run at all is not tried without end in the same moment. */
const PAUSE_MS = 500;
const SPAWNER_PROGRAM = join(import.meta.dirname, "spawner.ts");

/** The process that starts runners; started again should it be killed. */
export class SpawnerProcess {
  readonly #nodePath: string;
  readonly #log: Log;
  #process: ChildProcess | undefined;
  #isClosed = false;
  #tellLost: (() => void) | undefined;

  constructor(nodePath: string, log: Log) {
    this.#nodePath = nodePath;
    this.#log = log;
    this.#process = this.#open();
  }

  /** Called when the spawner was killed: what it was told last may not have been done. */
  onLost(listener: () => void): void {
    this.#tellLost = listener;
  }

  start(words: readonly string[]): void {
    if (this.#isClosed) return;
    this.#process ??= this.#open();
    this.#process.stdin?.write(`${JSON.stringify(words)}\n`);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#process;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.ref();
    child.stdin?.end();
    await ended;
  }

  #open(): ChildProcess {
    const child = spawn(this.#nodePath, [SPAWNER_PROGRAM], { stdio: ["pipe", "ignore", "inherit"], detached: true });
    child.on("error", (error) => this.#log.error({ error }, "the spawner could not be started"));
    child.stdin?.on("error", (error) => this.#log.warn({ error }, "the spawner is gone"));
    child.once("exit", () => {
      if (this.#process === child) this.#process = undefined;
      if (!this.#isClosed) setTimeout(() => this.#tellLost?.(), PAUSE_MS).unref();
    });
    child.unref();
    return child;
  }
}
