import type { Database } from "./database.ts";
import { createQueryBuilder } from "./query-builder.ts";

/** The same store seen through the schema of one of its users: each names only the tables that are its own. */
export function databaseView<Schema>(database: Omit<Database<unknown>, "sql">): Database<Schema> {
  return {
    dialect: database.dialect,
    sql: createQueryBuilder<Schema>(database.dialect),
    read: (query) => database.read(query),
    write: (steps) => database.write(steps),
    close: () => database.close(),
  };
}
