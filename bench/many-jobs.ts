import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Copies the one job of a home until there are `count`, straight in the database: a home as it is after a year, without
 * the year. No server may run on it.
 *
 * @param name Name of the job that is copied; it must have ended.
 */
export function putManyJobs(home: string, name: string, count: number): void {
  const database = new DatabaseSync(join(home, "control.db"));
  try {
    const columns = database
      .prepare("SELECT name FROM pragma_table_info('resources') ORDER BY cid")
      .all()
      .map((row) => String(row["name"]));
    const copied = columns.map((column) =>
      ["key", "id", "name"].includes(column) ? `replace(${column}, ?1, ?2)` : column,
    );
    const copy = database.prepare(
      `INSERT INTO resources (${columns.join(", ")}) SELECT ${copied.join(", ")} FROM resources WHERE name = ?1 AND type LIKE '%jobs'`,
    );
    database.exec("BEGIN");
    for (let index = 1; index < count; index += 1) copy.run(name, `${name}-${String(index).padStart(6, "0")}`);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}
