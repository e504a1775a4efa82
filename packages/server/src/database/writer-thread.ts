import { Worker } from "node:worker_threads";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { WireOutcome, WireStep, WriterAnswer, WriterOrder } from "./write-message.ts";

interface Waiter {
  resolve(outcome: WireOutcome): void;
  reject(error: Error): void;
}

/**
 * The thread that writes SQLite files. A server has one for all its stores: another V8 costs 15 MiB, and the disk syncs
 * one file at a time anyway. It ends when its last file is closed.
 */
export class WriterThread {
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  readonly #closing = new Map<number, () => void>();
  readonly #orders: WriterOrder[] = [];
  #nextFile = 1;
  #nextBatch = 1;
  #failure: Error | undefined;

  /** Starts the thread; rejects when it cannot run. */
  static async start(): Promise<WriterThread> {
    const worker = new Worker(new URL("./sqlite-writer.ts", import.meta.url));
    await new Promise<void>((resolve, reject) => {
      worker.once("online", resolve);
      worker.once("error", reject);
    });
    return new WriterThread(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (answer: WriterAnswer) => this.#take(answer));
    worker.on("error", (error: Error) => this.#fail(error));
    worker.on("exit", () => this.#fail(new PlatformError("Unavailable", "The database is closed.")));
  }

  /** Answers the number under which batches for the file are sent. */
  open(path: string): number {
    const file = this.#nextFile++;
    this.#order({ kind: "open", file, path });
    return file;
  }

  write(file: number, steps: readonly WireStep[]): Promise<WireOutcome> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextBatch++;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#order({ kind: "batch", file, id, steps });
    });
  }

  /** Resolves once everything sent for the file is written and the file is closed. */
  close(file: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#closing.set(file, resolve);
      this.#order({ kind: "close", file });
    });
  }

  /** Orders of one turn of the event loop travel as one message: waking the thread costs more than a batch. */
  #order(order: WriterOrder): void {
    this.#orders.push(order);
    if (this.#orders.length > 1) return;
    setImmediate(() => this.#worker.postMessage(this.#orders.splice(0)));
  }

  #take(answer: WriterAnswer): void {
    if (answer.kind === "closed") {
      this.#closing.get(answer.file)?.();
      this.#closing.delete(answer.file);
      return;
    }
    // Under `node --watch` the thread also reports, on the same channel, which files it loads.
    if (answer.kind !== "outcomes") return;
    for (const outcome of answer.outcomes) {
      this.#waiters.get(outcome.id)?.resolve(outcome);
      this.#waiters.delete(outcome.id);
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    for (const closed of this.#closing.values()) closed();
    this.#closing.clear();
  }
}
