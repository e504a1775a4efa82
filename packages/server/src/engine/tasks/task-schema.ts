import type { Migration } from "../../database/database.ts";

export interface TaskRow {
  task_id: string;
  /** ARM id as given. */
  owner_id: string;
  /** ARM id in lower case, to look up by. */
  owner_key: string;
  driver: string;
  handle: string | null;
  events: string;
  port: number | null;
  /** What the task's services last said, as JSON. */
  services: string | null;
  result: string | null;
  is_stop_requested: number;
  /** 1 until there is a result. */
  is_unfinished: number;
  created_at: number;
  last_seen_at: number | null;
  /** Counts reports taken in, so that two deliveries at once cannot overwrite each other. */
  report_revision: number;
}

/** Specs live apart: they never change and may be long, and a row's update rewrites the whole row. */
export interface TaskSpecRow {
  task_id: string;
  spec: string;
}

export interface TaskTables {
  tasks: TaskRow;
  task_specs: TaskSpecRow;
}

export const taskMigrations: readonly Migration[] = [
  {
    name: "tasks",
    statements: ({ real }) => [
      `CREATE TABLE tasks (
        task_id TEXT PRIMARY KEY,
        owner_id TEXT NOT NULL,
        owner_key TEXT NOT NULL,
        driver TEXT NOT NULL,
        handle TEXT,
        events TEXT NOT NULL,
        port INTEGER,
        result TEXT,
        is_stop_requested INTEGER NOT NULL,
        is_unfinished INTEGER NOT NULL,
        created_at ${real} NOT NULL,
        last_seen_at ${real},
        report_revision INTEGER NOT NULL
      )`,
      "CREATE TABLE task_specs (task_id TEXT PRIMARY KEY, spec TEXT NOT NULL)",
      "CREATE INDEX tasks_by_owner ON tasks (owner_key, created_at)",
      "CREATE INDEX tasks_unfinished ON tasks (created_at) WHERE is_unfinished = 1",
    ],
  },
  { name: "services of tasks", statements: () => ["ALTER TABLE tasks ADD COLUMN services TEXT"] },
];
