import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql } from "kysely";

import { setAttributes, type Attributes } from "./attributes.ts";
import type { Experiments } from "./experiments.ts";
import type { SearchPage } from "./keyset.ts";
import {
  completeModels,
  MODEL_COLUMNS,
  type LoggedModel,
  type LoggedModelRow,
  type ModelStatus,
} from "./logged-model-rows.ts";
import { searchModels, type LoggedModelSearch } from "./logged-model-search.ts";
import { isLater } from "./metric-order.ts";
import { newHexId } from "./new-id.ts";
import type { LoggedMetric } from "./runs.ts";
import type { StoreContext } from "./store-context.ts";

export interface NewLoggedModel {
  readonly workspaceKey: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly params: Attributes;
  readonly tags: Attributes;
}

/** A metric that may be about a model, and of a dataset. */
export interface ModelMetric extends LoggedMetric {
  readonly modelId: string | undefined;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

/** Models as MLflow 3 logs them: things of their own, made by a run, perhaps registered later. */
export class LoggedModels {
  readonly #context: StoreContext;
  readonly #experiments: Experiments;

  constructor(context: StoreContext, experiments: Experiments) {
    this.#context = context;
    this.#experiments = experiments;
  }

  async create(request: NewLoggedModel): Promise<LoggedModel> {
    const experiment = await this.#experiments.getActiveRow(request.workspaceKey, request.experimentId);
    const workspace = await this.#context.workspace(request.workspaceKey);
    const modelId = `m-${newHexId()}`;
    const artifactUri = await this.#pickArtifactUri(workspace, modelId, request);
    const now = this.#context.clock.now();
    await this.#context.write([
      sql`INSERT INTO logged_models (workspace, model_id, experiment, name, model_type, source_run_id, artifact_uri, status,
            status_message, is_deleted, created_at, updated_at)
          VALUES (${workspace}, ${modelId}, ${experiment.id}, ${request.name}, ${request.modelType}, ${request.sourceRunId},
            ${artifactUri}, 'LOGGED_MODEL_PENDING', '', 0, ${now}, ${now})`,
    ]);
    const row = await this.#getRow(request.workspaceKey, modelId);
    await this.#context.write([
      ...(await setAttributes(
        this.#context,
        { table: "logged_model_params", owner: "model", id: row.id },
        request.params,
      )),
      ...(await setAttributes(this.#context, { table: "logged_model_tags", owner: "model", id: row.id }, request.tags)),
    ]);
    return this.get(request.workspaceKey, modelId);
  }

  /** Throws `NotFound`. */
  async get(workspaceKey: string, modelId: string): Promise<LoggedModel> {
    const row = await this.#getRow(workspaceKey, modelId);
    const [model] = await completeModels(this.#context, [row]);
    if (model === undefined) throw missing(modelId);
    return model;
  }

  async setStatus(workspaceKey: string, modelId: string, status: ModelStatus): Promise<LoggedModel> {
    const row = await this.#getRow(workspaceKey, modelId);
    const now = this.#context.clock.now();
    await this.#context.write([
      sql`UPDATE logged_models SET status = ${status}, updated_at = ${now} WHERE id = ${row.id}`,
    ]);
    return this.get(workspaceKey, modelId);
  }

  async remove(workspaceKey: string, modelId: string): Promise<void> {
    const row = await this.#getRow(workspaceKey, modelId);
    const now = this.#context.clock.now();
    await this.#context.write([sql`UPDATE logged_models SET is_deleted = 1, updated_at = ${now} WHERE id = ${row.id}`]);
  }

  async setTags(workspaceKey: string, modelId: string, tags: Attributes): Promise<LoggedModel> {
    const row = await this.#getRow(workspaceKey, modelId);
    const table = { table: "logged_model_tags", owner: "model", id: row.id } as const;
    await this.#context.write(await setAttributes(this.#context, table, tags));
    return this.get(workspaceKey, modelId);
  }

  /** Throws `NotFound` for a tag that the model does not have. */
  async removeTag(workspaceKey: string, modelId: string, name: string): Promise<void> {
    const model = await this.get(workspaceKey, modelId);
    if (model.tags[name] === undefined) {
      throw new PlatformError("NotFound", `No tag with key '${name}' found for model with ID '${modelId}'.`);
    }
    const row = await this.#getRow(workspaceKey, modelId);
    const key = (await this.#context.keys.find(name)) ?? -1;
    await this.#context.write([sql`DELETE FROM logged_model_tags WHERE model = ${row.id} AND key = ${key}`]);
  }

  /** Params that are there already keep their value. */
  async logParams(workspaceKey: string, modelId: string, params: Attributes): Promise<void> {
    const row = await this.#getRow(workspaceKey, modelId);
    const keys = await this.#context.keys.ensure(Object.keys(params));
    await this.#context.write(
      Object.entries(params).map(
        ([key, value]) => sql`INSERT INTO logged_model_params (model, key, value)
            VALUES (${row.id}, ${keys.get(key)}, ${value}) ON CONFLICT DO NOTHING`,
      ),
    );
  }

  /** Takes from a run's metrics those that are about models; a model that does not exist is passed over. */
  async logMetrics(workspaceKey: string, runId: string, metrics: readonly ModelMetric[]): Promise<void> {
    const ofModels = metrics.filter((metric) => metric.modelId !== undefined);
    if (ofModels.length === 0) return;
    const workspace = await this.#context.workspace(workspaceKey);
    const keys = await this.#context.keys.ensure(ofModels.map((metric) => metric.key));
    await this.#context.write(
      latestOnly(ofModels).map((metric) => {
        const isNan = Number.isNaN(metric.value);
        return sql`INSERT INTO logged_model_metrics (model, key, run_id, dataset_name, dataset_digest, value, is_nan, step, at)
          SELECT id, CAST(${keys.get(metric.key)} AS BIGINT), CAST(${runId} AS TEXT), CAST(${metric.datasetName ?? ""} AS TEXT),
            CAST(${metric.datasetDigest ?? ""} AS TEXT), CAST(${isNan ? 0 : metric.value} AS DOUBLE PRECISION),
            CAST(${isNan ? 1 : 0} AS INTEGER), CAST(${metric.step} AS BIGINT), CAST(${metric.at} AS BIGINT)
          FROM logged_models WHERE workspace = ${workspace} AND model_id = ${metric.modelId}
          ON CONFLICT (model, key, run_id, dataset_name, dataset_digest)
          DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, at = excluded.at
          WHERE (excluded.step, excluded.at, excluded.value)
            >= (logged_model_metrics.step, logged_model_metrics.at, logged_model_metrics.value)`;
      }),
    );
  }

  search(search: LoggedModelSearch): Promise<SearchPage<LoggedModel>> {
    return searchModels(this.#context, search);
  }

  /**
   * A model of a run lies where older clients and job outputs look for it: beside the run's other files, under its name.
   * A second one of the same name in the run gets a folder of its own.
   */
  async #pickArtifactUri(workspace: number, modelId: string, request: NewLoggedModel): Promise<string> {
    const apart = `mlflow-artifacts:/Models/${modelId}`;
    if (request.sourceRunId === "") return apart;
    const beside = `mlflow-artifacts:/ExperimentRun/dcid.${request.sourceRunId}/${request.name}`;
    const [taken] = await this.#context.read(
      sql<{
        id: number;
      }>`SELECT id FROM logged_models WHERE workspace = ${workspace} AND source_run_id = ${request.sourceRunId}
          AND artifact_uri = ${beside}`,
    );
    return taken === undefined ? beside : apart;
  }

  async #getRow(workspaceKey: string, modelId: string): Promise<LoggedModelRow> {
    const workspace = await this.#context.workspace(workspaceKey);
    const [row] = await this.#context.read(
      sql<LoggedModelRow>`SELECT ${MODEL_COLUMNS} FROM logged_models m JOIN experiments e ON e.id = m.experiment
          WHERE m.workspace = ${workspace} AND m.model_id = ${modelId} AND m.is_deleted = 0`,
    );
    if (row === undefined) throw missing(modelId);
    return row;
  }
}

/** One metric for each place in the table: PostgreSQL refuses to touch a row twice in one statement's spirit. */
function latestOnly(metrics: readonly ModelMetric[]): readonly ModelMetric[] {
  const byPlace = new Map<string, ModelMetric>();
  for (const metric of metrics) {
    const place = JSON.stringify([metric.modelId, metric.key, metric.datasetName, metric.datasetDigest]);
    const known = byPlace.get(place);
    if (known === undefined || isLater(metric, known)) byPlace.set(place, metric);
  }
  return [...byPlace.values()];
}

function missing(modelId: string): PlatformError {
  return new PlatformError("NotFound", `Logged model with ID '${modelId}' not found.`);
}
