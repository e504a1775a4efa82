import type { Compilable, CompiledQuery, Kysely } from "kysely";

export type Dialect = "sqlite" | "postgres";
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A statement of a batch; with `expectChanges` the whole batch is undone unless it changes that many rows. */
export interface WriteStep {
  readonly query: Compilable;
  readonly expectChanges?: number;
}

/**
 * One store: a file of SQLite or a PostgreSQL schema.
 *
 * Reads see everything acknowledged before them. Writes are batches: atomic, durable once the promise resolves, and
 * committed together with whatever other batches wait at that moment (group commit).
 */
export interface Database<Schema> {
  readonly dialect: Dialect;
  /** Builds queries; executes nothing. */
  readonly sql: Kysely<Schema>;
  read<Row>(query: Compilable<Row> | CompiledQuery<Row>): Promise<Row[]>;
  /** Throws {@link WriteConflict} when an expectation is unmet, `AlreadyExists` for a duplicate key, `StorageFull`. */
  write(steps: readonly (Compilable | WriteStep)[]): Promise<void>;
  close(): Promise<void>;
}

/** A step changed another number of rows than expected: somebody else was faster. Nothing of the batch remains. */
export class WriteConflict extends Error {
  readonly step: number;
  constructor(step: number) {
    super(`Step ${step} of a write changed another number of rows than expected.`);
    this.name = "WriteConflict";
    this.step = step;
  }
}

/** A schema change. Applied once each, in order, in a transaction; never edited after release. */
export interface Migration {
  readonly name: string;
  /** Statements for each dialect; `id()` gives the column type of a key that counts up by itself. */
  statements(types: MigrationTypes): readonly string[];
}

export interface MigrationTypes {
  readonly autoId: string;
  readonly bytes: string;
  readonly real: string;
  /** Ends CREATE TABLE where the rows are to lie in the order of the primary key. */
  readonly clustered: string;
  /** Text whose order is that of its code points on every database, for paging by key. */
  readonly orderedText: string;
}

export const MIGRATION_TYPES: Record<Dialect, MigrationTypes> = {
  sqlite: {
    autoId: "INTEGER PRIMARY KEY AUTOINCREMENT",
    bytes: "BLOB",
    real: "REAL",
    clustered: " WITHOUT ROWID",
    orderedText: "TEXT",
  },
  postgres: {
    autoId: "BIGSERIAL PRIMARY KEY",
    bytes: "BYTEA",
    real: "DOUBLE PRECISION",
    clustered: "",
    orderedText: 'TEXT COLLATE "C"',
  },
};
