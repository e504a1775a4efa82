import type { Compilable } from "kysely";

import type { Database, WriteStep } from "../../database/database.ts";
import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import type { TaskRow, TaskTables } from "./task-schema.ts";

/** The statements of a task's life, each compiled once. */
export class TaskStatements {
  readonly find: PreparedQuery<TaskRow>;
  /** Takes the handle, then the task's id. */
  readonly setHandle: PreparedQuery<unknown>;
  readonly #database: Database<TaskTables>;
  readonly #insertSpec: PreparedQuery<unknown>;
  readonly #removeTask: PreparedQuery<unknown>;
  readonly #removeSpec: PreparedQuery<unknown>;
  /** By the columns that they set. */
  readonly #inserts = new Map<string, PreparedQuery<unknown>>();
  readonly #reports = new Map<string, PreparedQuery<unknown>>();

  constructor(database: Database<TaskTables>) {
    const { sql } = database;
    this.#database = database;
    this.find = prepareQuery(() => sql.selectFrom("tasks").selectAll().where("task_id", "=", ""));
    this.setHandle = prepareQuery(() => sql.updateTable("tasks").set({ handle: "" }).where("task_id", "=", ""));
    this.#insertSpec = prepareQuery(() => sql.insertInto("task_specs").values({ task_id: "", spec: "" }));
    this.#removeTask = prepareQuery(() => sql.deleteFrom("tasks").where("task_id", "=", ""));
    this.#removeSpec = prepareQuery(() => sql.deleteFrom("task_specs").where("task_id", "=", ""));
  }

  insert(row: TaskRow, spec: string): Compilable[] {
    const build = () => this.#database.sql.insertInto("tasks").values(row);
    const insert = ensure(this.#inserts, Object.keys(row).join(), build);
    return [insert(...Object.values(row)), this.#insertSpec(row.task_id, spec)];
  }

  remove(taskId: string): Compilable[] {
    return [this.#removeTask(taskId), this.#removeSpec(taskId)];
  }

  /** Changes the task unless another report came in since it was read. */
  report(change: Partial<TaskRow>, before: Pick<TaskRow, "task_id" | "report_revision">): WriteStep {
    const columns = { ...change, report_revision: Number(before.report_revision) + 1 };
    const update = ensure(this.#reports, Object.keys(columns).join(), () =>
      this.#database.sql.updateTable("tasks").set(columns).where("task_id", "=", "").where("report_revision", "=", 0),
    );
    return { query: update(...Object.values(columns), before.task_id, before.report_revision), expectChanges: 1 };
  }
}

function ensure(
  known: Map<string, PreparedQuery<unknown>>,
  columns: string,
  build: () => Compilable,
): PreparedQuery<unknown> {
  const found = known.get(columns) ?? prepareQuery(build);
  known.set(columns, found);
  return found;
}
