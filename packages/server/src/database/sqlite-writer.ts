import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";

import type { WireBatch, WireOutcome, WriterAnswer, WriterOrder } from "./write-message.ts";

/** Batches that one commit may hold, so that no batch waits behind an endless transaction. */
const BATCHES_PER_COMMIT_MAX = 2_000;
const STATEMENT_CACHE_MAX = 500;

/**
 * The writer of one SQLite file. Whatever batches have arrived are carried out in one transaction, each in a savepoint
 * of its own, and answered after the commit: one fsync serves them all.
 */
class FileWriter {
  readonly #database: DatabaseSync;
  readonly #answer: (outcomes: readonly WireOutcome[]) => void;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: WireBatch[] = [];
  #isScheduled = false;

  constructor(path: string, answer: (outcomes: readonly WireOutcome[]) => void) {
    this.#database = new DatabaseSync(path);
    this.#database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
    this.#database.exec("PRAGMA foreign_keys=ON;");
    this.#answer = answer;
  }

  add(batch: WireBatch): void {
    this.#waiting.push(batch);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  close(): void {
    while (this.#waiting.length > 0) this.#flush();
    this.#database.close();
  }

  /** One commit; what is left over waits behind the other files' turns. */
  #flush(): void {
    const batches = this.#waiting.slice(0, BATCHES_PER_COMMIT_MAX);
    this.#waiting = this.#waiting.slice(BATCHES_PER_COMMIT_MAX);
    this.#isScheduled = this.#waiting.length > 0;
    if (this.#isScheduled) setImmediate(() => this.#flush());
    if (batches.length > 0) this.#answer(this.#commit(batches));
  }

  #commit(batches: readonly WireBatch[]): WireOutcome[] {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const outcomes = batches.map((batch) => this.#apply(batch));
      this.#database.exec("COMMIT");
      return outcomes;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      return batches.map((batch) => failure(batch.id, error));
    }
  }

  #apply(batch: WireBatch): WireOutcome {
    this.#database.exec("SAVEPOINT batch");
    try {
      for (const [index, step] of batch.steps.entries()) {
        const { changes } = this.#statement(step.sql).run(...step.parameters);
        if (step.expectChanges !== undefined && Number(changes) !== step.expectChanges) {
          this.#database.exec("ROLLBACK TO batch; RELEASE batch");
          return { id: batch.id, outcome: "conflict", step: index };
        }
      }
      this.#database.exec("RELEASE batch");
      return { id: batch.id, outcome: "done" };
    } catch (error) {
      // A full disk undoes the whole transaction by itself; the commit reports it for every batch.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec("ROLLBACK TO batch; RELEASE batch");
      return failure(batch.id, error);
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= STATEMENT_CACHE_MAX) this.#statements.clear();
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function failure(id: number, error: unknown): WireOutcome {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  return { id, outcome: "error", message, errorCode: code };
}

function run(port: NonNullable<typeof parentPort>): void {
  const writers = new Map<number, FileWriter>();
  const send = (answer: WriterAnswer): void => port.postMessage(answer);
  const obey = (order: WriterOrder): void => {
    if (order.kind === "open") {
      writers.set(order.file, new FileWriter(order.path, (outcomes) => send({ kind: "outcomes", outcomes })));
    } else if (order.kind === "batch") {
      writers.get(order.file)?.add(order);
    } else {
      writers.get(order.file)?.close();
      writers.delete(order.file);
      send({ kind: "closed", file: order.file });
      if (writers.size === 0) port.close();
    }
  };
  port.on("message", (orders: readonly WriterOrder[]) => orders.forEach(obey));
}

if (parentPort !== null) run(parentPort);
