import { PlatformError } from "@lazuli/contract/errors.ts";
import type { PGliteInterface } from "@electric-sql/pglite";
import type { Compilable, CompiledQuery } from "kysely";

import { MIGRATION_TYPES, WriteConflict, type Database, type Migration, type WriteStep } from "./database.ts";
import { createQueryBuilder } from "./query-builder.ts";
import { toWireStep } from "./write-message.ts";

const UNIQUE_VIOLATION = "23505";

/**
 * PostgreSQL's SQL without a server, for the stores' suites only: PGlite does not fsync, so it never holds what
 * somebody wants to keep.
 */
export async function openPgliteDatabase<Schema>(
  pglite: PGliteInterface,
  migrations: readonly Migration[],
): Promise<Database<Schema>> {
  for (const migration of migrations) {
    for (const statement of migration.statements(MIGRATION_TYPES.postgres)) await pglite.exec(statement);
  }
  return {
    dialect: "postgres",
    sql: createQueryBuilder<Schema>("postgres"),
    async read<Row>(query: Compilable<Row> | CompiledQuery<Row>): Promise<Row[]> {
      const compiled = "compile" in query ? query.compile() : query;
      const result = await pglite.query<Row>(compiled.sql, [...compiled.parameters]);
      return result.rows;
    },
    write: (steps) => write(pglite, steps),
    close: () => pglite.close(),
  };
}

async function write(pglite: PGliteInterface, steps: readonly (Compilable | WriteStep)[]): Promise<void> {
  try {
    await pglite.transaction(async (transaction) => {
      for (const [index, step] of steps.map(toWireStep).entries()) {
        const result = await transaction.query(step.sql, [...step.parameters]);
        if (step.expectChanges !== undefined && result.affectedRows !== step.expectChanges) {
          throw new WriteConflict(index);
        }
      }
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) {
      throw new PlatformError("AlreadyExists", "A row of the same key exists already.", { cause: error });
    }
    throw error;
  }
}
