import { sql } from "kysely";

import { readAttributes, type Attributes } from "./attributes.ts";
import { inBlocks, isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";
import type { MetricPoint } from "./tracking-store.ts";

const MODELS_PER_STATEMENT = 512;

export const MODEL_STATUSES = ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"] as const;
export type ModelStatus = (typeof MODEL_STATUSES)[number];

export interface LoggedModel {
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string;
  /** Empty when no run made it. */
  readonly sourceRunId: string;
  readonly artifactUri: string;
  readonly status: ModelStatus;
  readonly statusMessage: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly params: Attributes;
  readonly tags: Attributes;
  readonly metrics: readonly LoggedModelMetric[];
}

export interface LoggedModelMetric extends MetricPoint {
  readonly key: string;
  readonly runId: string;
  /** Empty when the metric is not of a dataset. */
  readonly datasetName: string;
  readonly datasetDigest: string;
}

export interface LoggedModelRow {
  readonly id: number;
  readonly model_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly model_type: string;
  readonly source_run_id: string;
  readonly artifact_uri: string;
  readonly status: string;
  readonly status_message: string;
  readonly created_at: number;
  readonly updated_at: number;
}

interface MetricRow {
  readonly model: number;
  readonly key: number;
  readonly run_id: string;
  readonly dataset_name: string;
  readonly dataset_digest: string;
  readonly value: number;
  readonly is_nan: number;
  readonly step: number;
  readonly at: number;
}

/** Columns of a {@link LoggedModelRow} where `logged_models` is `m` and `experiments` is `e`. */
export const MODEL_COLUMNS = sql`m.id, m.model_id, e.experiment_id, m.name, m.model_type, m.source_run_id, m.artifact_uri,
  m.status, m.status_message, m.created_at, m.updated_at`;

export async function completeModels(context: StoreContext, rows: readonly LoggedModelRow[]): Promise<LoggedModel[]> {
  const ids = rows.map((row) => row.id);
  const params = await readAttributes(context, { table: "logged_model_params", owner: "model" }, ids);
  const tags = await readAttributes(context, { table: "logged_model_tags", owner: "model" }, ids);
  const metrics = await readMetrics(context, ids);
  return rows.map((row) => ({
    modelId: row.model_id,
    experimentId: row.experiment_id,
    name: row.name,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    artifactUri: row.artifact_uri,
    status: MODEL_STATUSES.find((status) => status === row.status) ?? "LOGGED_MODEL_PENDING",
    statusMessage: row.status_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    params: params.get(row.id) ?? {},
    tags: tags.get(row.id) ?? {},
    metrics: metrics.get(row.id) ?? [],
  }));
}

async function readMetrics(context: StoreContext, ids: readonly number[]): Promise<Map<number, LoggedModelMetric[]>> {
  const byModel = new Map<number, LoggedModelMetric[]>();
  for (const block of inBlocks(ids, MODELS_PER_STATEMENT)) {
    const rows = await context.read(
      sql<MetricRow>`SELECT * FROM logged_model_metrics WHERE ${isOneOf(sql`model`, block)}`,
    );
    for (const row of rows) {
      const metrics = byModel.get(row.model) ?? [];
      metrics.push({
        key: await context.keys.name(row.key),
        value: row.is_nan === 1 ? Number.NaN : row.value,
        at: row.at,
        step: row.step,
        runId: row.run_id,
        datasetName: row.dataset_name,
        datasetDigest: row.dataset_digest,
      });
      byModel.set(row.model, metrics);
    }
  }
  return byModel;
}
