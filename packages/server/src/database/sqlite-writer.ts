import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

import type { WireBatch, WireOutcome } from "./write-message.ts";

/** Batches that one commit may hold, so that no batch waits behind an endless transaction. */
const BATCHES_PER_COMMIT_MAX = 2_000;
const STATEMENT_CACHE_MAX = 500;

/**
 * The writer thread of one SQLite file. Whatever batches have arrived are carried out in one transaction, each in a
 * savepoint of its own, and answered after the commit: one fsync serves them all.
 */
function run(path: string, port: NonNullable<typeof parentPort>): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;");
  const statements = new Map<string, StatementSync>();
  let waiting: WireBatch[] = [];
  let isScheduled = false;

  port.on("message", (message: WireBatch | "close") => {
    if (message === "close") {
      flushAll();
      database.close();
      port.close();
      return;
    }
    waiting.push(message);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flushAll);
  });

  function flushAll(): void {
    isScheduled = false;
    while (waiting.length > 0) {
      const batches = waiting.slice(0, BATCHES_PER_COMMIT_MAX);
      waiting = waiting.slice(BATCHES_PER_COMMIT_MAX);
      port.postMessage(commit(batches));
    }
  }

  function commit(batches: readonly WireBatch[]): WireOutcome[] {
    try {
      database.exec("BEGIN IMMEDIATE");
      const outcomes = batches.map(apply);
      database.exec("COMMIT");
      return outcomes;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      return batches.map((batch) => failure(batch.id, error));
    }
  }

  function apply(batch: WireBatch): WireOutcome {
    database.exec("SAVEPOINT batch");
    try {
      for (const [index, step] of batch.steps.entries()) {
        const { changes } = statement(step.sql).run(...step.parameters);
        if (step.expectChanges !== undefined && Number(changes) !== step.expectChanges) {
          database.exec("ROLLBACK TO batch; RELEASE batch");
          return { id: batch.id, outcome: "conflict", step: index };
        }
      }
      database.exec("RELEASE batch");
      return { id: batch.id, outcome: "done" };
    } catch (error) {
      // A full disk undoes the whole transaction by itself; the commit reports it for every batch.
      if (!database.isTransaction) throw error;
      database.exec("ROLLBACK TO batch; RELEASE batch");
      return failure(batch.id, error);
    }
  }

  function statement(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    if (statements.size >= STATEMENT_CACHE_MAX) statements.clear();
    const prepared = database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }
}

function failure(id: number, error: unknown): WireOutcome {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  return { id, outcome: "error", message, errorCode: code };
}

if (parentPort !== null) run(String(workerData), parentPort);
