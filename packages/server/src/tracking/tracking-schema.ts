import type { Generated } from "kysely";

import type { Migration } from "../database/database.ts";

/**
 * Tables of tracking.db. Rows refer to each other by integer ids and to keys through a dictionary, so that the value
 * indexes stay small; the texts that clients know (`run_id`, `experiment_id`) are looked up once a request.
 */
export interface TrackingSchema {
  workspaces: { id: Generated<number>; workspace_key: string };
  keys: { id: Generated<number>; name: string };
  experiments: ExperimentTable;
  experiment_tags: { experiment: number; key: number; value: string };
  runs: RunTable;
  params: { run: number; key: number; value: string };
  tags: { run: number; key: number; value: string };
  latest_metrics: LatestMetricTable;
  metric_log: { id: Generated<number>; run: number; points: Uint8Array };
  metric_chunks: { run: number; key: number; start: number; point_count: number; points: Uint8Array };
  datasets: DatasetTable;
  run_datasets: { run: number; dataset: number; context: string; tags: string };
  run_models: { run: number; model_id: string; direction: "input" | "output"; step: number };
  logged_models: LoggedModelTable;
  logged_model_params: { model: number; key: number; value: string };
  logged_model_tags: { model: number; key: number; value: string };
  logged_model_metrics: LoggedModelMetricTable;
  model_aliases: { workspace: number; model: string; alias: string; version: string };
  traces: TraceTable;
  trace_tags: { trace: number; key: number; value: string };
  trace_metadata: { trace: number; key: number; value: string };
}

interface ExperimentTable {
  id: Generated<number>;
  workspace: number;
  experiment_id: string;
  name: string;
  artifact_location: string;
  is_deleted: number;
  created_at: number;
  updated_at: number;
}

interface RunTable {
  id: Generated<number>;
  workspace: number;
  run_id: string;
  experiment: number;
  name: string;
  user_id: string;
  status: string;
  started_at: number;
  ended_at: number | null;
  artifact_uri: string;
  is_deleted: number;
}

interface LatestMetricTable {
  run: number;
  key: number;
  /** Zero where `is_nan` is set: SQLite has no NaN. */
  value: number;
  is_nan: number;
  step: number;
  at: number;
}

interface DatasetTable {
  id: Generated<number>;
  experiment: number;
  name: string;
  digest: string;
  source_type: string;
  source: string;
  schema_text: string | null;
  profile: string | null;
}

interface LoggedModelTable {
  id: Generated<number>;
  workspace: number;
  model_id: string;
  experiment: number;
  name: string;
  model_type: string;
  source_run_id: string;
  artifact_uri: string;
  status: string;
  status_message: string;
  is_deleted: number;
  created_at: number;
  updated_at: number;
}

interface LoggedModelMetricTable extends Omit<LatestMetricTable, "run"> {
  model: number;
  run_id: string;
  dataset_name: string;
  dataset_digest: string;
}

interface TraceTable {
  id: Generated<number>;
  workspace: number;
  trace_id: string;
  experiment: number;
  client_request_id: string;
  request_preview: string;
  response_preview: string;
  requested_at: number;
  duration_ms: number | null;
  state: string;
  /** JSON of the assessments as the client sent them. */
  assessments: string;
}

/** Characters of a text value that an index holds: PostgreSQL refuses index rows of many kilobytes. */
export const INDEXED_VALUE_CHARS = 120;

const ATTRIBUTE_COLUMNS = "key BIGINT NOT NULL, value TEXT NOT NULL";

export const trackingMigrations: readonly Migration[] = [
  {
    name: "experiments and runs",
    statements: ({ autoId, clustered }) => [
      `CREATE TABLE workspaces (id ${autoId}, workspace_key TEXT NOT NULL UNIQUE)`,
      `CREATE TABLE keys (id ${autoId}, name TEXT NOT NULL UNIQUE)`,
      `CREATE TABLE experiments (id ${autoId}, workspace BIGINT NOT NULL, experiment_id TEXT NOT NULL, name TEXT NOT NULL,
         artifact_location TEXT NOT NULL, is_deleted INTEGER NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)`,
      "CREATE UNIQUE INDEX experiments_by_id ON experiments (workspace, experiment_id)",
      "CREATE UNIQUE INDEX experiments_by_name ON experiments (workspace, name)",
      `CREATE TABLE experiment_tags (experiment BIGINT NOT NULL, ${ATTRIBUTE_COLUMNS}, PRIMARY KEY (experiment, key))${clustered}`,
      `CREATE TABLE runs (id ${autoId}, workspace BIGINT NOT NULL, run_id TEXT NOT NULL, experiment BIGINT NOT NULL,
         name TEXT NOT NULL, user_id TEXT NOT NULL, status TEXT NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT,
         artifact_uri TEXT NOT NULL, is_deleted INTEGER NOT NULL)`,
      "CREATE UNIQUE INDEX runs_by_id ON runs (workspace, run_id)",
      "CREATE INDEX runs_by_start ON runs (experiment, started_at DESC, run_id)",
      ...attributeTable("params", "run", clustered),
      ...attributeTable("tags", "run", clustered),
    ],
  },
  {
    name: "metrics",
    statements: ({ autoId, bytes, clustered, real }) => [
      `CREATE TABLE latest_metrics (run BIGINT NOT NULL, key BIGINT NOT NULL, value ${real} NOT NULL, is_nan INTEGER NOT NULL,
         step BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (run, key))${clustered}`,
      "CREATE INDEX latest_metrics_by_value ON latest_metrics (key, value, run)",
      `CREATE TABLE metric_log (id ${autoId}, run BIGINT NOT NULL, points ${bytes} NOT NULL)`,
      "CREATE INDEX metric_log_by_run ON metric_log (run)",
      `CREATE TABLE metric_chunks (run BIGINT NOT NULL, key BIGINT NOT NULL, start BIGINT NOT NULL,
         point_count INTEGER NOT NULL, points ${bytes} NOT NULL, PRIMARY KEY (run, key, start))${clustered}`,
    ],
  },
  {
    name: "inputs, outputs and logged models",
    statements: ({ autoId, clustered, real }) => [
      `CREATE TABLE datasets (id ${autoId}, experiment BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
         source_type TEXT NOT NULL, source TEXT NOT NULL, schema_text TEXT, profile TEXT, UNIQUE (experiment, name, digest))`,
      `CREATE TABLE run_datasets (run BIGINT NOT NULL, dataset BIGINT NOT NULL, context TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (run, dataset))${clustered}`,
      `CREATE TABLE run_models (run BIGINT NOT NULL, model_id TEXT NOT NULL, direction TEXT NOT NULL, step BIGINT NOT NULL,
         PRIMARY KEY (run, direction, model_id))${clustered}`,
      `CREATE TABLE logged_models (id ${autoId}, workspace BIGINT NOT NULL, model_id TEXT NOT NULL, experiment BIGINT NOT NULL,
         name TEXT NOT NULL, model_type TEXT NOT NULL, source_run_id TEXT NOT NULL, artifact_uri TEXT NOT NULL,
         status TEXT NOT NULL, status_message TEXT NOT NULL, is_deleted INTEGER NOT NULL,
         created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, UNIQUE (workspace, model_id))`,
      "CREATE INDEX logged_models_by_creation ON logged_models (experiment, created_at DESC, model_id)",
      ...attributeTable("logged_model_params", "model", clustered),
      ...attributeTable("logged_model_tags", "model", clustered),
      `CREATE TABLE logged_model_metrics (model BIGINT NOT NULL, key BIGINT NOT NULL, run_id TEXT NOT NULL,
         dataset_name TEXT NOT NULL, dataset_digest TEXT NOT NULL, value ${real} NOT NULL, is_nan INTEGER NOT NULL,
         step BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (model, key, run_id, dataset_name, dataset_digest))${clustered}`,
      `CREATE TABLE model_aliases (workspace BIGINT NOT NULL, model TEXT NOT NULL, alias TEXT NOT NULL, version TEXT NOT NULL,
         PRIMARY KEY (workspace, model, alias))${clustered}`,
    ],
  },
  {
    name: "traces",
    statements: ({ autoId, clustered }) => [
      `CREATE TABLE traces (id ${autoId}, workspace BIGINT NOT NULL, trace_id TEXT NOT NULL, experiment BIGINT NOT NULL,
         client_request_id TEXT NOT NULL, request_preview TEXT NOT NULL, response_preview TEXT NOT NULL,
         requested_at BIGINT NOT NULL, duration_ms BIGINT, state TEXT NOT NULL, assessments TEXT NOT NULL, UNIQUE (workspace, trace_id))`,
      "CREATE INDEX traces_by_time ON traces (experiment, requested_at DESC, trace_id)",
      ...attributeTable("trace_tags", "trace", clustered),
      ...attributeTable("trace_metadata", "trace", clustered),
    ],
  },
];

/** A table of texts by key, with the index that search uses. */
function attributeTable(table: string, owner: string, clustered: string): string[] {
  return [
    `CREATE TABLE ${table} (${owner} BIGINT NOT NULL, ${ATTRIBUTE_COLUMNS}, PRIMARY KEY (${owner}, key))${clustered}`,
    `CREATE INDEX ${table}_by_value ON ${table} (key, substr(value, 1, ${INDEXED_VALUE_CHARS}), ${owner})`,
  ];
}
