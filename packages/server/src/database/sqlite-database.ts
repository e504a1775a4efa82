import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Worker } from "node:worker_threads";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Compilable, CompiledQuery } from "kysely";

import { MIGRATION_TYPES, WriteConflict, type Database, type Migration, type WriteStep } from "./database.ts";
import { createQueryBuilder } from "./query-builder.ts";
import { toSqlValue, toWireStep, type WireOutcome } from "./write-message.ts";

const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;
const STATEMENT_CACHE_MAX = 500;
const PRIMARY_CODE_MASK = 0xff;

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Opens (or makes) a SQLite file and brings its schema up to date.
 *
 * Reads happen here, on a connection of their own; writes in a worker thread with group commit.
 * Throws `Conflict` when the file was written by a newer release.
 */
export async function openSqliteDatabase<Schema>(
  path: string,
  migrations: readonly Migration[],
): Promise<Database<Schema>> {
  migrate(path, migrations);
  const worker = new Worker(new URL("./sqlite-writer.ts", import.meta.url), { workerData: path });
  await new Promise<void>((resolve, reject) => {
    worker.once("online", resolve);
    worker.once("error", reject);
  });
  return new SqliteDatabase<Schema>(path, worker);
}

class SqliteDatabase<Schema> implements Database<Schema> {
  readonly dialect = "sqlite";
  readonly sql = createQueryBuilder<Schema>("sqlite");
  readonly #reader: DatabaseSync;
  readonly #worker: Worker;
  readonly #statements = new Map<string, StatementSync>();
  readonly #waiters = new Map<number, Waiter>();
  #nextBatchId = 1;
  #failure: Error | undefined;

  constructor(path: string, worker: Worker) {
    this.#reader = new DatabaseSync(path);
    this.#reader.exec("PRAGMA busy_timeout=5000; PRAGMA query_only=ON;");
    this.#worker = worker;
    worker.on("message", (outcomes: readonly WireOutcome[]) => outcomes.forEach((outcome) => this.#settle(outcome)));
    worker.on("error", (error: Error) => this.#fail(error));
    worker.on("exit", () => this.#fail(new PlatformError("Unavailable", "The database is closed.")));
  }

  async read<Row>(query: Compilable<Row> | CompiledQuery<Row>): Promise<Row[]> {
    const compiled = "compile" in query ? query.compile() : query;
    const parameters = compiled.parameters.map(toSqlValue);
    // Rows come as the schema type says: the type parameter is a promise of the query builder.
    return this.#statement(compiled.sql).all(...parameters) as Row[];
  }

  write(steps: readonly (Compilable | WriteStep)[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextBatchId++;
    const wireSteps = steps.map(toWireStep);
    return new Promise<void>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#worker.postMessage({ id, steps: wireSteps });
    });
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.postMessage("close");
    await ended;
    this.#reader.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= STATEMENT_CACHE_MAX) this.#statements.clear();
    const prepared = this.#reader.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #settle(outcome: WireOutcome): void {
    const waiter = this.#waiters.get(outcome.id);
    this.#waiters.delete(outcome.id);
    if (outcome.outcome === "done") waiter?.resolve();
    else if (outcome.outcome === "conflict") waiter?.reject(new WriteConflict(outcome.step));
    else waiter?.reject(toError(outcome.message, outcome.errorCode));
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}

function toError(message: string, errorCode: number): Error {
  if (errorCode === SQLITE_CONSTRAINT_UNIQUE || errorCode === SQLITE_CONSTRAINT_PRIMARYKEY) {
    return new PlatformError("AlreadyExists", `A row of the same key exists already: ${message}.`);
  }
  const primaryCode = errorCode & PRIMARY_CODE_MASK;
  if (primaryCode === SQLITE_FULL || primaryCode === SQLITE_IOERR) {
    return new PlatformError("StorageFull", `The database could not be written: ${message}. Free some disk space.`);
  }
  return new Error(`SQLite: ${message} (${errorCode})`);
}

function migrate(path: string, migrations: readonly Migration[]): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
    database.exec(
      "CREATE TABLE IF NOT EXISTS migrations (position INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)",
    );
    const applied = new Set(
      database
        .prepare("SELECT name FROM migrations")
        .all()
        .map((row) => String(row["name"])),
    );
    const known = new Set(migrations.map((migration) => migration.name));
    if ([...applied].some((name) => !known.has(name))) {
      throw new PlatformError("Conflict", `'${path}' was written by a newer release of Lazuli. Use that release.`);
    }
    for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
      database.exec("BEGIN IMMEDIATE");
      for (const statement of migration.statements(MIGRATION_TYPES.sqlite)) database.exec(statement);
      database.prepare("INSERT INTO migrations (name) VALUES (?)").run(migration.name);
      database.exec("COMMIT");
    }
  } finally {
    database.close();
  }
}
