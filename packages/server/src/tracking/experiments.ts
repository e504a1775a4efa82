import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql, type RawBuilder } from "kysely";

import { readAttributes, type Attributes } from "./attributes.ts";
import { searchExperiments, type ExperimentSearch } from "./experiment-search.ts";
import type { SearchPage } from "./keyset.ts";
import { newUuid } from "./new-id.ts";
import type { StoreContext } from "./store-context.ts";

export const LIFECYCLE_STAGES = ["active", "deleted"] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];

/** Clients that name no experiment mean this one, under this id. */
export const DEFAULT_EXPERIMENT = { experimentId: "0", name: "Default" } as const;

export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Attributes;
}

export interface NewExperiment {
  readonly workspaceKey: string;
  readonly name: string;
  /** `undefined`: a folder of the workspace's artifact store. */
  readonly artifactLocation?: string;
  readonly tags?: Attributes;
}

export interface ExperimentRow {
  readonly id: number;
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly is_deleted: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Experiments of a workspace. Names are unique in it, those of deleted experiments included. */
export class Experiments {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `AlreadyExists`, with other words when the one of that name is deleted. */
  async create(request: NewExperiment): Promise<string> {
    const workspace = await this.#context.workspace(request.workspaceKey);
    const existing = await this.#findRow(workspace, sql`name = ${request.name}`);
    if (existing !== undefined) throw nameIsTaken(existing);
    return this.#insert(workspace, request);
  }

  /** The experiment of that name, made when missing and brought back when deleted. */
  async ensure(workspaceKey: string, name: string): Promise<string> {
    const workspace = await this.#context.workspace(workspaceKey);
    const existing = await this.#findRow(workspace, sql`name = ${name}`);
    if (existing?.is_deleted === 1) await this.restore(workspaceKey, existing.experiment_id);
    if (existing !== undefined) return existing.experiment_id;
    try {
      return await this.#insert(workspace, { workspaceKey, name });
    } catch (error) {
      const other = await this.#findRow(workspace, sql`name = ${name}`);
      if (other === undefined) throw error;
      return other.experiment_id;
    }
  }

  async get(workspaceKey: string, experimentId: string): Promise<Experiment> {
    return this.#complete(await this.getRow(workspaceKey, experimentId));
  }

  async findByName(workspaceKey: string, name: string): Promise<Experiment | undefined> {
    if (name === DEFAULT_EXPERIMENT.name) await this.ensure(workspaceKey, name);
    const workspace = await this.#context.workspace(workspaceKey);
    const row = await this.#findRow(workspace, sql`name = ${name}`);
    return row === undefined ? undefined : this.#complete(row);
  }

  /** Throws `NotFound`. The default experiment is made when it is first asked for. */
  async getRow(workspaceKey: string, experimentId: string): Promise<ExperimentRow> {
    if (experimentId === DEFAULT_EXPERIMENT.experimentId) await this.ensureDefault(workspaceKey);
    const workspace = await this.#context.workspace(workspaceKey);
    const row = await this.#findRow(workspace, sql`experiment_id = ${experimentId}`);
    if (row === undefined) throw new PlatformError("NotFound", `No Experiment with id=${experimentId} exists`);
    return row;
  }

  async ensureDefault(workspaceKey: string): Promise<void> {
    const workspace = await this.#context.workspace(workspaceKey);
    const row = await this.#findRow(workspace, sql`experiment_id = ${DEFAULT_EXPERIMENT.experimentId}`);
    if (row === undefined) await this.ensure(workspaceKey, DEFAULT_EXPERIMENT.name);
  }

  async rename(workspaceKey: string, experimentId: string, name: string): Promise<void> {
    const row = await this.getActiveRow(workspaceKey, experimentId);
    const workspace = await this.#context.workspace(workspaceKey);
    const other = await this.#findRow(workspace, sql`name = ${name}`);
    if (other !== undefined && other.id !== row.id) throw nameIsTaken(other);
    const now = this.#context.clock.now();
    await this.#context.write([sql`UPDATE experiments SET name = ${name}, updated_at = ${now} WHERE id = ${row.id}`]);
  }

  /** Soft delete, with all runs of the experiment. */
  async remove(workspaceKey: string, experimentId: string): Promise<void> {
    const row = await this.getActiveRow(workspaceKey, experimentId);
    await this.#setDeleted(row.id, 1);
  }

  async restore(workspaceKey: string, experimentId: string): Promise<void> {
    const row = await this.getRow(workspaceKey, experimentId);
    if (row.is_deleted === 0) {
      throw new PlatformError(
        "BadRequest",
        `The experiment ${experimentId} must be in the 'deleted' state. Current state is active.`,
      );
    }
    await this.#setDeleted(row.id, 0);
  }

  async setTag(workspaceKey: string, experimentId: string, tag: { readonly key: string; readonly value: string }) {
    const row = await this.getActiveRow(workspaceKey, experimentId);
    const key = (await this.#context.keys.ensure([tag.key])).get(tag.key);
    await this.#context.write([
      sql`INSERT INTO experiment_tags (experiment, key, value) VALUES (${row.id}, ${key}, ${tag.value})
          ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value`,
      sql`UPDATE experiments SET updated_at = ${this.#context.clock.now()} WHERE id = ${row.id}`,
    ]);
  }

  async removeTag(workspaceKey: string, experimentId: string, name: string): Promise<void> {
    const row = await this.getActiveRow(workspaceKey, experimentId);
    const key = (await this.#context.keys.find(name)) ?? -1;
    const owned = await readAttributes(this.#context, { table: "experiment_tags", owner: "experiment" }, [row.id]);
    if (owned.get(row.id)?.[name] === undefined) {
      throw new PlatformError("NotFound", `No tag with name: ${name} in experiment with id ${experimentId}`);
    }
    await this.#context.write([sql`DELETE FROM experiment_tags WHERE experiment = ${row.id} AND key = ${key}`]);
  }

  /** Throws `BadRequest` for a deleted one, as MLflow does. */
  async getActiveRow(workspaceKey: string, experimentId: string): Promise<ExperimentRow> {
    const row = await this.getRow(workspaceKey, experimentId);
    if (row.is_deleted === 0) return row;
    throw new PlatformError(
      "BadRequest",
      `The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`,
    );
  }

  search(search: ExperimentSearch): Promise<SearchPage<Experiment>> {
    return searchExperiments(this.#context, this, search);
  }

  async completeAll(rows: readonly ExperimentRow[]): Promise<Experiment[]> {
    const source = { table: "experiment_tags", owner: "experiment" } as const;
    const tags = await readAttributes(
      this.#context,
      source,
      rows.map((row) => row.id),
    );
    return rows.map((row) => ({
      experimentId: row.experiment_id,
      name: row.name,
      artifactLocation: row.artifact_location,
      lifecycleStage: row.is_deleted === 1 ? "deleted" : "active",
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      tags: tags.get(row.id) ?? {},
    }));
  }

  async #complete(row: ExperimentRow): Promise<Experiment> {
    const [experiment] = await this.completeAll([row]);
    if (experiment === undefined) throw new Error("An experiment row was lost while its tags were read.");
    return experiment;
  }

  async #insert(workspace: number, request: NewExperiment): Promise<string> {
    const isDefault = request.name === DEFAULT_EXPERIMENT.name;
    const experimentId = isDefault ? DEFAULT_EXPERIMENT.experimentId : newUuid();
    const location = request.artifactLocation ?? `mlflow-artifacts:/Experiment/${experimentId}`;
    const now = this.#context.clock.now();
    const tags = Object.entries(request.tags ?? {});
    const keys = await this.#context.keys.ensure(tags.map(([key]) => key));
    await this.#context.write([
      sql`INSERT INTO experiments (workspace, experiment_id, name, artifact_location, is_deleted, created_at, updated_at)
          VALUES (${workspace}, ${experimentId}, ${request.name}, ${location}, 0, ${now}, ${now})`,
      ...tags.map(
        ([key, value]) => sql`INSERT INTO experiment_tags (experiment, key, value)
          SELECT id, CAST(${keys.get(key)} AS BIGINT), CAST(${value} AS TEXT) FROM experiments
          WHERE workspace = ${workspace} AND experiment_id = ${experimentId}`,
      ),
    ]);
    return experimentId;
  }

  async #setDeleted(experiment: number, isDeleted: 0 | 1): Promise<void> {
    await this.#context.write([
      sql`UPDATE experiments SET is_deleted = ${isDeleted}, updated_at = ${this.#context.clock.now()} WHERE id = ${experiment}`,
      sql`UPDATE runs SET is_deleted = ${isDeleted} WHERE experiment = ${experiment}`,
    ]);
  }

  async #findRow(workspace: number, condition: RawBuilder<unknown>): Promise<ExperimentRow | undefined> {
    const query = sql<ExperimentRow>`SELECT * FROM experiments WHERE workspace = ${workspace} AND ${condition}`;
    return (await this.#context.read(query))[0];
  }
}

function nameIsTaken(row: ExperimentRow): PlatformError {
  const message =
    row.is_deleted === 1
      ? `Experiment '${row.name}' already exists in deleted state. You can restore the experiment, or permanently delete the experiment to create a new one.`
      : `Experiment '${row.name}' already exists.`;
  return new PlatformError("AlreadyExists", message, { target: "name" });
}
