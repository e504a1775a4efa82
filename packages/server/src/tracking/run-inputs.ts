import { sql } from "kysely";

import type { Attributes } from "./attributes.ts";
import { inBlocks, isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";

const RUNS_PER_STATEMENT = 512;
const DATASETS_PER_SEARCH_MAX = 1_000;
const CONTEXT_TAG = "mlflow.data.context";

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | undefined;
  readonly profile: string | undefined;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: Attributes;
}

export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

/** What a run read and made. */
export interface RunLinks {
  readonly datasets: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  readonly context: string | undefined;
}

export const NO_LINKS: RunLinks = { datasets: [], modelInputs: [], modelOutputs: [] };

interface RunRef {
  readonly id: number;
  readonly experiment: number;
}

/** A dataset is known in its experiment by name and digest; linking it to a run again changes its tags. */
export function linkDatasets(run: RunRef, inputs: readonly DatasetInput[]) {
  return inputs.flatMap(({ dataset, tags }) => [
    sql`INSERT INTO datasets (experiment, name, digest, source_type, source, schema_text, profile)
        VALUES (${run.experiment}, ${dataset.name}, ${dataset.digest}, ${dataset.sourceType}, ${dataset.source},
          ${dataset.schema ?? null}, ${dataset.profile ?? null}) ON CONFLICT DO NOTHING`,
    sql`INSERT INTO run_datasets (run, dataset, context, tags)
        SELECT CAST(${run.id} AS BIGINT), id, CAST(${tags[CONTEXT_TAG] ?? ""} AS TEXT), CAST(${JSON.stringify(tags)} AS TEXT)
        FROM datasets WHERE experiment = ${run.experiment} AND name = ${dataset.name} AND digest = ${dataset.digest}
        ON CONFLICT (run, dataset) DO UPDATE SET context = excluded.context, tags = excluded.tags`,
  ]);
}

export function linkModels(run: RunRef, direction: "input" | "output", models: readonly ModelOutput[]) {
  return models.map(
    ({ modelId, step }) => sql`INSERT INTO run_models (run, direction, model_id, step)
        VALUES (${run.id}, ${direction}, ${modelId}, ${step})
        ON CONFLICT (run, direction, model_id) DO UPDATE SET step = excluded.step`,
  );
}

interface LinkRows {
  datasets: DatasetInput[];
  modelInputs: string[];
  modelOutputs: ModelOutput[];
}

export async function readLinks(context: StoreContext, runs: readonly number[]): Promise<Map<number, RunLinks>> {
  const byRun = new Map<number, LinkRows>();
  const linksOf = (run: number): LinkRows => {
    const known = byRun.get(run) ?? { datasets: [], modelInputs: [], modelOutputs: [] };
    byRun.set(run, known);
    return known;
  };
  for (const block of inBlocks(runs, RUNS_PER_STATEMENT)) {
    for (const row of await readDatasetRows(context, block)) {
      linksOf(row.run).datasets.push({ dataset: toDataset(row), tags: JSON.parse(row.tags) });
    }
    for (const { run, direction, model_id: modelId, step } of await readModelRows(context, block)) {
      if (direction === "input") linksOf(run).modelInputs.push(modelId);
      else linksOf(run).modelOutputs.push({ modelId, step });
    }
  }
  return byRun;
}

/** Datasets that runs of these experiments used, each once a context. */
export async function searchDatasets(
  context: StoreContext,
  workspaceKey: string,
  experimentIds: readonly string[],
): Promise<DatasetSummary[]> {
  const workspace = await context.workspace(workspaceKey);
  const rows = await context.read(
    sql<{ experiment_id: string; name: string; digest: string; context: string }>`
      SELECT DISTINCT e.experiment_id, d.name, d.digest, rd.context FROM datasets d
        JOIN experiments e ON e.id = d.experiment JOIN run_datasets rd ON rd.dataset = d.id
        WHERE e.workspace = ${workspace} AND ${isOneOf(sql`e.experiment_id`, experimentIds)} LIMIT ${DATASETS_PER_SEARCH_MAX}`,
  );
  return rows.map((row) => ({
    experimentId: row.experiment_id,
    name: row.name,
    digest: row.digest,
    context: row.context === "" ? undefined : row.context,
  }));
}

interface DatasetRow {
  readonly run: number;
  readonly tags: string;
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema_text: string | null;
  readonly profile: string | null;
}

function readDatasetRows(context: StoreContext, runs: readonly number[]): Promise<DatasetRow[]> {
  return context.read(
    sql<DatasetRow>`SELECT rd.run, rd.tags, d.name, d.digest, d.source_type, d.source, d.schema_text, d.profile
        FROM run_datasets rd JOIN datasets d ON d.id = rd.dataset WHERE ${isOneOf(sql`rd.run`, runs)} ORDER BY rd.run, d.id`,
  );
}

function readModelRows(context: StoreContext, runs: readonly number[]) {
  return context.read(
    sql<{ run: number; direction: string; model_id: string; step: number }>`SELECT * FROM run_models
        WHERE ${isOneOf(sql`run`, runs)} ORDER BY run, direction, step, model_id`,
  );
}

function toDataset(row: DatasetRow): Dataset {
  return {
    name: row.name,
    digest: row.digest,
    sourceType: row.source_type,
    source: row.source,
    schema: row.schema_text ?? undefined,
    profile: row.profile ?? undefined,
  };
}
