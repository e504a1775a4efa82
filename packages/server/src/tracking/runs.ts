import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql, type RawBuilder } from "kysely";

import { setAttributes, type Attributes } from "./attributes.ts";
import type { Experiments } from "./experiments.ts";
import { readHistory, type HistoryPage } from "./metric-history.ts";
import { MetricLog } from "./metric-log.ts";
import { MetricWatches } from "./metric-watches.ts";
import { newHexId } from "./new-id.ts";
import type { SearchPage } from "./keyset.ts";
import {
  linkDatasets,
  linkModels,
  searchDatasets,
  type DatasetInput,
  type DatasetSummary,
  type ModelOutput,
} from "./run-inputs.ts";
import { searchRuns, type RunSearch } from "./run-search.ts";
import { completeRuns, findRunRow, type RunRow, type TrackedRun } from "./run-rows.ts";
import type { StoreContext } from "./store-context.ts";
import type { MetricPoint, NewRun, RunStatus } from "./tracking-store.ts";

const ENDED: readonly RunStatus[] = ["FINISHED", "FAILED", "KILLED"];
const RUN_NAME_TAG = "mlflow.runName";
const PARAM_RACES_MAX = 5;

export interface LoggedMetric extends MetricPoint {
  readonly key: string;
}

export interface RunBatch {
  readonly metrics?: readonly LoggedMetric[];
  readonly params?: Attributes;
  readonly tags?: Attributes;
}

export interface RunChange {
  readonly status?: RunStatus;
  readonly endedAt?: number;
  readonly name?: string;
}

/** Runs of a workspace, with what is logged to them. Ids are unique in the workspace. */
export class Runs {
  readonly #context: StoreContext;
  readonly #experiments: Experiments;
  readonly #log: MetricLog;
  /** Hear of metrics as they are logged. */
  readonly watches = new MetricWatches();

  constructor(context: StoreContext, experiments: Experiments) {
    this.#context = context;
    this.#experiments = experiments;
    this.#log = new MetricLog(context);
  }

  async find(workspaceKey: string, runId: string): Promise<TrackedRun | undefined> {
    const row = await findRunRow(this.#context, workspaceKey, runId);
    return row === undefined ? undefined : (await completeRuns(this.#context, workspaceKey, [row]))[0];
  }

  async get(workspaceKey: string, runId: string): Promise<TrackedRun> {
    const run = await this.find(workspaceKey, runId);
    if (run === undefined) throw missing(runId);
    return run;
  }

  /** Whether the run is there, deleted or not. */
  async has(workspaceKey: string, runId: string): Promise<boolean> {
    return (await findRunRow(this.#context, workspaceKey, runId)) !== undefined;
  }

  /** Throws `AlreadyExists`. A run without a name is called by its id. */
  async create(request: NewRun): Promise<TrackedRun> {
    return this.get(request.workspaceKey, await this.insert(request));
  }

  /** As `create`, for who wants to read nothing back; answers the run's id. */
  async insert(request: NewRun): Promise<string> {
    const experiment = await this.#experiments.getActiveRow(request.workspaceKey, request.experimentId);
    const workspace = await this.#context.workspace(request.workspaceKey);
    const runId = request.runId ?? newHexId();
    const name = request.name ?? request.tags?.[RUN_NAME_TAG] ?? runId;
    const isLocal = experiment.artifact_location.startsWith("mlflow-artifacts:/Experiment/");
    const artifactUri = isLocal
      ? `mlflow-artifacts:/ExperimentRun/dcid.${runId}`
      : `${experiment.artifact_location.replace(/\/$/, "")}/${runId}/artifacts`;
    const tags = Object.entries({ ...request.tags, [RUN_NAME_TAG]: name });
    const keys = await this.#context.keys.ensure(tags.map(([key]) => key));
    const pairs = tags.map(([key, value]) => sql`(CAST(${keys.get(key)} AS BIGINT), CAST(${value} AS TEXT))`);
    await this.#context.write([
      sql`INSERT INTO runs (workspace, run_id, experiment, name, user_id, status, started_at, ended_at, artifact_uri, is_deleted)
          VALUES (${workspace}, ${runId}, ${experiment.id}, ${name}, ${request.userId}, ${request.status},
            ${request.startedAt}, ${request.endedAt ?? null}, ${artifactUri}, 0)`,
      sql`INSERT INTO tags (run, key, value)
          SELECT r.id, t.column1, t.column2 FROM runs r, (VALUES ${sql.join(pairs)}) AS t
          WHERE r.workspace = ${workspace} AND r.run_id = ${runId}`,
    ]);
    return runId;
  }

  /** Sets the status, and the end of a run that ended. A run that is gone is no error. */
  async setStatus(workspaceKey: string, runId: string, change: { status: RunStatus; at: number }): Promise<void> {
    const { status, at } = change;
    const row = await findRunRow(this.#context, workspaceKey, runId);
    if (row === undefined || row.is_deleted === 1) return;
    const isEnded = ENDED.includes(status);
    const end = isEnded ? sql`, ended_at = ${at}` : sql``;
    await this.#context.write([sql`UPDATE runs SET status = ${status}${end} WHERE id = ${row.id}`]);
    if (isEnded) void this.#log.compact(row.id);
  }

  /** Changes status, end or name. Throws `NotFound`, `BadRequest` for a deleted run. */
  async update(workspaceKey: string, runId: string, change: RunChange): Promise<TrackedRun> {
    const row = await this.#getActiveRow(workspaceKey, runId);
    const assignments: RawBuilder<unknown>[] = [];
    if (change.status !== undefined) assignments.push(sql`status = ${change.status}`);
    if (change.endedAt !== undefined) assignments.push(sql`ended_at = ${change.endedAt}`);
    if (change.name !== undefined) assignments.push(sql`name = ${change.name}`);
    const nameTags = change.name === undefined ? {} : { [RUN_NAME_TAG]: change.name };
    if (assignments.length > 0) {
      await this.#context.write([
        sql`UPDATE runs SET ${sql.join(assignments)} WHERE id = ${row.id}`,
        ...(await setAttributes(this.#context, { table: "tags", owner: "run", id: row.id }, nameTags)),
      ]);
    }
    if (change.status !== undefined && ENDED.includes(change.status)) void this.#log.compact(row.id);
    return this.get(workspaceKey, runId);
  }

  async remove(workspaceKey: string, runId: string): Promise<void> {
    const row = await this.#getRow(workspaceKey, runId);
    await this.#context.write([sql`UPDATE runs SET is_deleted = 1 WHERE id = ${row.id}`]);
  }

  async restore(workspaceKey: string, runId: string): Promise<void> {
    const row = await this.#getRow(workspaceKey, runId);
    await this.#context.write([sql`UPDATE runs SET is_deleted = 0 WHERE id = ${row.id}`]);
  }

  /**
   * Logs all of it, or nothing. Throws `BadRequest` when a param has another value already.
   */
  async log(workspaceKey: string, runId: string, batch: RunBatch): Promise<void> {
    const row = await this.#getActiveRow(workspaceKey, runId);
    const metrics = batch.metrics ?? [];
    const keys = await this.#context.keys.ensure([...new Set(metrics.map((metric) => metric.key))]);
    const points = metrics.map(({ key, value, at, step }) => ({
      key: keys.get(key) ?? -1,
      point: { value, at, step },
    }));
    const texts = { params: batch.params ?? {}, tags: batch.tags ?? {} };
    const fresh = await this.#pickFreshParams(row, texts.params);
    // Side by side, so that texts and points share a commit.
    await Promise.all([this.#writeTexts(row, { ...texts, fresh }), this.#log.append(row.id, points)]);
    this.watches.announce(workspaceKey, runId, metrics);
  }

  /** Logs those params that the run does not have yet; a run that is gone is no error. */
  async logMissingParams(workspaceKey: string, runId: string, params: Attributes): Promise<void> {
    const row = await findRunRow(this.#context, workspaceKey, runId);
    if (row === undefined || row.is_deleted === 1) return;
    const keys = await this.#context.keys.ensure(Object.keys(params));
    const pairs = Object.entries(params).map(
      ([name, value]) => sql`INSERT INTO params (run, key, value) VALUES (${row.id}, ${keys.get(name)}, ${value})
          ON CONFLICT DO NOTHING`,
    );
    if (pairs.length > 0) await this.#context.write(pairs);
  }

  async removeTag(workspaceKey: string, runId: string, name: string): Promise<void> {
    const row = await this.#getActiveRow(workspaceKey, runId);
    const key = (await this.#context.keys.find(name)) ?? -1;
    const query = sql<{ key: number }>`SELECT key FROM tags WHERE run = ${row.id} AND key = ${key}`;
    if ((await this.#context.read(query)).length === 0) {
      throw new PlatformError("NotFound", `No tag with name: ${name} in run with id ${runId}`);
    }
    await this.#context.write([sql`DELETE FROM tags WHERE run = ${row.id} AND key = ${key}`]);
  }

  /** Links datasets and models that the run read. Throws `NotFound`. */
  async logInputs(
    workspaceKey: string,
    runId: string,
    inputs: { readonly datasets: readonly DatasetInput[]; readonly modelIds: readonly string[] },
  ): Promise<void> {
    const row = await this.#getActiveRow(workspaceKey, runId);
    const models = inputs.modelIds.map((modelId) => ({ modelId, step: 0 }));
    await this.#context.write([...linkDatasets(row, inputs.datasets), ...linkModels(row, "input", models)]);
  }

  /** Links models that the run made. Throws `NotFound`. */
  async logOutputs(workspaceKey: string, runId: string, models: readonly ModelOutput[]): Promise<void> {
    const row = await this.#getActiveRow(workspaceKey, runId);
    await this.#context.write(linkModels(row, "output", models));
  }

  searchDatasets(workspaceKey: string, experimentIds: readonly string[]): Promise<DatasetSummary[]> {
    return searchDatasets(this.#context, workspaceKey, experimentIds);
  }

  search(search: RunSearch): Promise<SearchPage<TrackedRun>> {
    return searchRuns(this.#context, search);
  }

  /** Points of a key from a position on; empty for a key that was never logged. Throws `NotFound`. */
  async history(
    workspaceKey: string,
    runId: string,
    request: { readonly key: string; readonly from?: number; readonly limit?: number },
  ): Promise<HistoryPage> {
    const row = await this.#getRow(workspaceKey, runId);
    const key = await this.#context.keys.find(request.key);
    if (key === undefined) return { points: [], next: undefined };
    return readHistory(this.#context, { run: row.id, key }, request);
  }

  async #getRow(workspaceKey: string, runId: string): Promise<RunRow> {
    const row = await findRunRow(this.#context, workspaceKey, runId);
    if (row === undefined) throw missing(runId);
    return row;
  }

  async #getActiveRow(workspaceKey: string, runId: string): Promise<RunRow> {
    const row = await this.#getRow(workspaceKey, runId);
    if (row.is_deleted === 0) return row;
    throw new PlatformError("BadRequest", `The run ${runId} must be in the 'active' state. Current state is deleted.`);
  }

  async #writeTexts(
    row: RunRow,
    { params, fresh, tags }: { readonly params: Attributes; readonly fresh: Attributes; readonly tags: Attributes },
  ): Promise<void> {
    const name = tags[RUN_NAME_TAG];
    const tagSteps = await setAttributes(this.#context, { table: "tags", owner: "run", id: row.id }, tags);
    if (name !== undefined) tagSteps.push(sql`UPDATE runs SET name = ${name} WHERE id = ${row.id}`);
    let missingParams = fresh;
    for (let attempt = 0; attempt < PARAM_RACES_MAX; attempt += 1) {
      const keys = await this.#context.keys.ensure(Object.keys(missingParams));
      const paramSteps = Object.entries(missingParams).map(
        ([key, value]) => sql`INSERT INTO params (run, key, value) VALUES (${row.id}, ${keys.get(key)}, ${value})`,
      );
      if (paramSteps.length + tagSteps.length === 0) return;
      try {
        await this.#context.write([...paramSteps, ...tagSteps]);
        return;
      } catch (error) {
        if (!(error instanceof PlatformError && error.code === "AlreadyExists")) throw error;
        // Somebody logged one of the params a moment ago: the same value is fine, another one is refused.
        missingParams = await this.#pickFreshParams(row, params);
      }
    }
    throw new PlatformError("Unavailable", `Run '${row.run_id}' is written to by too many at once. Try again.`);
  }

  async #pickFreshParams(row: RunRow, params: Attributes): Promise<Attributes> {
    const names = Object.keys(params);
    if (names.length === 0) return {};
    const keys = await this.#context.keys.ensure(names);
    const stored = await this.#context.read(
      sql<{ key: number; value: string }>`SELECT key, value FROM params WHERE run = ${row.id}`,
    );
    const values = new Map(stored.map(({ key, value }) => [key, value]));
    const changed = names.filter((name) => (values.get(keys.get(name) ?? -1) ?? params[name]) !== params[name]);
    const [first] = changed;
    if (first !== undefined) {
      const old = values.get(keys.get(first) ?? -1);
      throw new PlatformError(
        "BadRequest",
        `Changing param values is not allowed. Param with key='${first}' was already logged with value='${old}' for run ID='${row.run_id}'. Attempted logging new value '${params[first]}'.`,
        { target: first },
      );
    }
    return Object.fromEntries(Object.entries(params).filter(([name]) => !values.has(keys.get(name) ?? -1)));
  }
}

function missing(runId: string): PlatformError {
  return new PlatformError("NotFound", `Run with id=${runId} not found`);
}
