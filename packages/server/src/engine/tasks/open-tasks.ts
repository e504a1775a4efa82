import { PlatformError } from "@lazuli/contract/errors.ts";
import type { TaskOrder, TaskReport, TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { sql } from "kysely";

import type { Clock } from "../../base/clock.ts";
import { WriteConflict, type Database } from "../../database/database.ts";
import type { WrittenAlong } from "../define-resource.ts";
import { SpecCache } from "./spec-cache.ts";
import { parseEvents, parseTaskRow } from "./task-rows.ts";
import { TaskStatements } from "./task-statements.ts";
import type { TaskRow, TaskTables } from "./task-schema.ts";
import type { LiveLogs, Task, Tasks } from "./tasks.ts";

/** Deliveries of one task that may meet in the same moment. */
const REPORT_TRIES_MAX = 10;
/** A task that has not reported by then goes on for longer. */
const HANDLE_MS = 300;
/** Specs read in one query. */
const SPECS_PER_READ = 200;

export interface TasksDependencies {
  /** control.db, with `taskMigrations` applied. */
  readonly database: Database<TaskTables>;
  /** Forgotten with their task; woken when it ends. */
  readonly logs: LiveLogs;
  readonly clock: Clock;
  /** Wakes the reconciler of a job or deployment; called after each change is on disk. */
  onChange(ownerId: string): void;
}

export function openTasks(dependencies: TasksDependencies): Tasks {
  return new TaskStore(dependencies);
}

/** A job's life costs two commits here: the task and, when it is short, one report. */
class TaskStore implements Tasks {
  readonly #dependencies: TasksDependencies;
  readonly #specs = new SpecCache();
  readonly #statements: TaskStatements;
  /** Handles, as JSON, that are not on disk yet. */
  readonly #handles = new Map<string, string>();
  #isHandleWriteDue = false;
  /** Times of the last sign of life of unfinished tasks. */
  readonly #lastSeen = new Map<string, number>();

  constructor(dependencies: TasksDependencies) {
    this.#dependencies = dependencies;
    this.#statements = new TaskStatements(dependencies.database);
  }

  async create(task: { spec: TaskSpec; ownerId: string; driver: string }): Promise<Task> {
    const { database, clock } = this.#dependencies;
    const { spec, ownerId, driver } = task;
    const row: TaskRow = {
      task_id: spec.taskId,
      owner_id: ownerId,
      owner_key: ownerId.toLowerCase(),
      driver,
      handle: null,
      events: "[]",
      port: null,
      services: null,
      result: null,
      is_stop_requested: 0,
      is_unfinished: 1,
      created_at: clock.now(),
      last_seen_at: null,
      report_revision: 0,
    };
    const json = JSON.stringify(spec);
    try {
      await database.write(this.#statements.insert(row, json));
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== "AlreadyExists") throw error;
      return this.#get(spec.taskId);
    }
    this.#specs.keep(spec, json.length);
    return parseTaskRow(row, spec, undefined);
  }

  async setHandle(taskId: string, handle: Readonly<Record<string, string | number>>): Promise<void> {
    this.#handles.set(taskId, JSON.stringify(handle));
    if (this.#isHandleWriteDue) return;
    this.#isHandleWriteDue = true;
    setTimeout(() => void this.#writeHandles(), HANDLE_MS).unref();
  }

  async find(taskId: string): Promise<Task | undefined> {
    const row = await this.#findRow(taskId);
    if (row === undefined) return undefined;
    const [task] = await this.#parse([row]);
    return task;
  }

  async listByOwner(ownerId: string): Promise<readonly Task[]> {
    const { sql: query } = this.#dependencies.database;
    const select = query.selectFrom("tasks").selectAll().where("owner_key", "=", ownerId.toLowerCase());
    return this.#parse(await this.#dependencies.database.read(select.orderBy("created_at").orderBy("task_id")));
  }

  async listUnfinished(): Promise<readonly Task[]> {
    const { database } = this.#dependencies;
    // The condition is spelt with a literal, so that the partial index serves it.
    const select = database.sql
      .selectFrom("tasks")
      .selectAll()
      .where(sql<boolean>`is_unfinished = 1`);
    return this.#parse(await database.read(select.orderBy("created_at")));
  }

  async report(taskId: string, report: TaskReport): Promise<TaskOrder> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#takeReport(taskId, report);
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt === REPORT_TRIES_MAX) throw error;
      }
    }
  }

  async heartbeat(taskId: string): Promise<TaskOrder> {
    const row = await this.#getRow(taskId);
    if (row.result === null) this.#lastSeen.set(taskId, this.#dependencies.clock.now());
    return orderFor(row);
  }

  async requestStop(taskId: string): Promise<void> {
    const { database } = this.#dependencies;
    const update = database.sql.updateTable("tasks").set({ is_stop_requested: 1 });
    await database.write([update.where("task_id", "=", taskId)]);
  }

  async setResult(taskId: string, result: TaskResult): Promise<void> {
    await this.report(taskId, { runnerId: "", events: [], logs: [], result });
  }

  async remove(taskId: string): Promise<void> {
    const { steps, after } = this.removal([taskId]);
    await this.#dependencies.database.write(steps);
    await after();
  }

  removal(taskIds: readonly string[]): WrittenAlong {
    return {
      steps: taskIds.flatMap((taskId) => this.#statements.remove(taskId)),
      after: async () => {
        for (const taskId of taskIds) {
          this.#specs.remove(taskId);
          this.#lastSeen.delete(taskId);
          this.#handles.delete(taskId);
          await this.#dependencies.logs.remove(taskId);
        }
      },
    };
  }

  /** Handles of tasks that go on for longer; most tasks of a burst have ended by now. */
  async #writeHandles(): Promise<void> {
    this.#isHandleWriteDue = false;
    const handles = [...this.#handles];
    if (handles.length === 0) return;
    try {
      await this.#dependencies.database.write(
        handles.map(([taskId, handle]) => this.#statements.setHandle(handle, taskId)),
      );
    } catch {
      // A full disk, or a server on its way out: tried again with the next handle, and known again after a restart.
      return;
    }
    for (const [taskId, handle] of handles) if (this.#handles.get(taskId) === handle) this.#handles.delete(taskId);
  }

  async #takeReport(taskId: string, report: TaskReport): Promise<TaskOrder> {
    const { database, logs, clock, onChange } = this.#dependencies;
    const row = await this.#getRow(taskId);
    // The first result stands; whatever arrives later comes from a runner that was given up.
    if (row.result !== null) return orderFor(row);
    this.#lastSeen.set(taskId, clock.now());
    const change = changeOf(row, report);
    if (change === undefined) return orderFor(row);
    const handle = this.#handles.get(taskId);
    const known = handle === undefined ? {} : { handle };
    const update = this.#statements.report({ ...change, ...known, last_seen_at: clock.now() }, row);
    await database.write([update]);
    if (this.#handles.get(taskId) === handle) this.#handles.delete(taskId);
    if (report.result !== undefined) {
      this.#lastSeen.delete(taskId);
      logs.end(taskId);
    }
    onChange(row.owner_id);
    return report.result === undefined ? orderFor(row) : { order: "continue" };
  }

  async #findRow(taskId: string): Promise<TaskRow | undefined> {
    const { database } = this.#dependencies;
    const [row] = await database.read(this.#statements.find(taskId));
    return row;
  }

  #withHandle(row: TaskRow): TaskRow {
    const handle = this.#handles.get(row.task_id);
    return handle === undefined ? row : { ...row, handle };
  }

  async #getRow(taskId: string): Promise<TaskRow> {
    const row = await this.#findRow(taskId);
    if (row === undefined) throw new PlatformError("NotFound", `Task '${taskId}' does not exist.`);
    return row;
  }

  async #get(taskId: string): Promise<Task> {
    const task = await this.find(taskId);
    if (task === undefined) throw new PlatformError("NotFound", `Task '${taskId}' does not exist.`);
    return task;
  }

  async #parse(rows: readonly TaskRow[]): Promise<Task[]> {
    const specs = await this.#findSpecs(rows.map((row) => row.task_id));
    return rows.flatMap((row) => {
      const spec = specs.get(row.task_id);
      return spec === undefined ? [] : [parseTaskRow(this.#withHandle(row), spec, this.#lastSeen.get(row.task_id))];
    });
  }

  async #findSpecs(taskIds: readonly string[]): Promise<Map<string, TaskSpec>> {
    const { database } = this.#dependencies;
    const specs = new Map<string, TaskSpec>();
    const missing: string[] = [];
    for (const taskId of taskIds) {
      const spec = this.#specs.find(taskId);
      if (spec === undefined) missing.push(taskId);
      else specs.set(taskId, spec);
    }
    for (let start = 0; start < missing.length; start += SPECS_PER_READ) {
      const part = missing.slice(start, start + SPECS_PER_READ);
      const rows = await database.read(database.sql.selectFrom("task_specs").selectAll().where("task_id", "in", part));
      for (const row of rows) specs.set(row.task_id, this.#specs.parse(row.spec));
    }
    return specs;
  }
}

function orderFor(row: TaskRow): TaskOrder {
  return { order: Number(row.is_stop_requested) === 1 || row.result !== null ? "stop" : "continue" };
}

/** What a report adds to the row; `undefined` when everything in it is known. */
function changeOf(row: TaskRow, report: TaskReport): Partial<TaskRow> | undefined {
  const known = parseEvents(row.events);
  const lastSequence = known.at(-1)?.sequence ?? -1;
  const added = report.events.filter((event) => event.sequence > lastSequence);
  const port = report.port === row.port ? undefined : report.port;
  const told = report.services === undefined ? null : JSON.stringify(report.services);
  const services = told === row.services ? null : told;
  if (added.length === 0 && port === undefined && services === null && report.result === undefined) return undefined;
  return {
    ...(added.length > 0 ? { events: JSON.stringify([...known, ...added]) } : {}),
    ...(port === undefined ? {} : { port }),
    ...(services === null ? {} : { services }),
    ...(report.result === undefined ? {} : { result: JSON.stringify(report.result), is_unfinished: 0 }),
  };
}
