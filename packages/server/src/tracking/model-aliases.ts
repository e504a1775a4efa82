import { sql } from "kysely";

import type { StoreContext } from "./store-context.ts";

/** Names that point at versions of registered models, as MLflow's `champion`. Models are told apart without case. */
export class ModelAliases {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Version by alias, of one model. */
  async list(workspaceKey: string, model: string): Promise<ReadonlyMap<string, string>> {
    const workspace = await this.#context.workspace(workspaceKey);
    const rows = await this.#context.read(
      sql<{ alias: string; version: string }>`SELECT alias, version FROM model_aliases
          WHERE workspace = ${workspace} AND model = ${model.toLowerCase()} ORDER BY alias`,
    );
    return new Map(rows.map((row) => [row.alias, row.version]));
  }

  /** Points the alias at a version, away from the one it pointed at. */
  async set(workspaceKey: string, model: string, alias: { readonly name: string; readonly version: string }) {
    const workspace = await this.#context.workspace(workspaceKey);
    await this.#context.write([
      sql`INSERT INTO model_aliases (workspace, model, alias, version)
          VALUES (${workspace}, ${model.toLowerCase()}, ${alias.name}, ${alias.version})
          ON CONFLICT (workspace, model, alias) DO UPDATE SET version = excluded.version`,
    ]);
  }

  async remove(workspaceKey: string, model: string, alias: string): Promise<void> {
    const workspace = await this.#context.workspace(workspaceKey);
    await this.#context.write([
      sql`DELETE FROM model_aliases WHERE workspace = ${workspace} AND model = ${model.toLowerCase()} AND alias = ${alias}`,
    ]);
  }

  /** Forgets the aliases of a version, or of all versions. */
  async forget(workspaceKey: string, model: string, version?: string): Promise<void> {
    const workspace = await this.#context.workspace(workspaceKey);
    const ofVersion = version === undefined ? sql`1 = 1` : sql`version = ${version}`;
    await this.#context.write([
      sql`DELETE FROM model_aliases WHERE workspace = ${workspace} AND model = ${model.toLowerCase()} AND ${ofVersion}`,
    ]);
  }

  async rename(workspaceKey: string, model: string, name: string): Promise<void> {
    const workspace = await this.#context.workspace(workspaceKey);
    await this.#context.write([
      sql`UPDATE model_aliases SET model = ${name.toLowerCase()} WHERE workspace = ${workspace} AND model = ${model.toLowerCase()}`,
    ]);
  }
}
