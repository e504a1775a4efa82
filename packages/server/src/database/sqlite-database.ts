import { DatabaseSync, type StatementSync } from "node:sqlite";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Compilable, CompiledQuery } from "kysely";

import { MIGRATION_TYPES, WriteConflict, type Database, type Migration, type WriteStep } from "./database.ts";
import { createQueryBuilder } from "./query-builder.ts";
import { toSqlValue, toWireStep, type WireOutcome } from "./write-message.ts";
import { WriterThread } from "./writer-thread.ts";

const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;
const STATEMENT_CACHE_MAX = 500;
const PRIMARY_CODE_MASK = 0xff;

/**
 * Opens (or makes) a SQLite file and brings its schema up to date.
 *
 * Reads happen here, on a connection of their own; writes in `thread` with group commit. Without a thread the file gets
 * one of its own. Throws `Conflict` when the file was written by a newer release.
 */
export async function openSqliteDatabase<Schema>(
  path: string,
  migrations: readonly Migration[],
  thread?: WriterThread,
): Promise<Database<Schema>> {
  migrate(path, migrations);
  return new SqliteDatabase<Schema>(path, thread ?? (await WriterThread.start()));
}

class SqliteDatabase<Schema> implements Database<Schema> {
  readonly dialect = "sqlite";
  readonly sql = createQueryBuilder<Schema>("sqlite");
  readonly #reader: DatabaseSync;
  readonly #thread: WriterThread;
  readonly #file: number;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, thread: WriterThread) {
    this.#reader = new DatabaseSync(path);
    this.#reader.exec("PRAGMA busy_timeout=5000; PRAGMA query_only=ON;");
    this.#thread = thread;
    this.#file = thread.open(path);
  }

  async read<Row>(query: Compilable<Row> | CompiledQuery<Row>): Promise<Row[]> {
    const compiled = "compile" in query ? query.compile() : query;
    const parameters = compiled.parameters.map(toSqlValue);
    // Rows come as the schema type says: the type parameter is a promise of the query builder.
    return this.#statement(compiled.sql).all(...parameters) as Row[];
  }

  async write(steps: readonly (Compilable | WriteStep)[]): Promise<void> {
    const outcome = await this.#thread.write(this.#file, steps.map(toWireStep));
    if (outcome.outcome !== "done") throw toError(outcome);
  }

  async close(): Promise<void> {
    await this.#thread.close(this.#file);
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
}

function toError(outcome: Exclude<WireOutcome, { outcome: "done" }>): Error {
  if (outcome.outcome === "conflict") return new WriteConflict(outcome.step);
  const { message, errorCode } = outcome;
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
