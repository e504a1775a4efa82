import { sql, type RawBuilder } from "kysely";

import type { Clock } from "../base/clock.ts";
import type { Database } from "../database/database.ts";
import { KeyDictionary } from "./key-dictionary.ts";
import { asCompilable } from "./sql-parts.ts";
import type { TrackingSchema } from "./tracking-schema.ts";

/** Workspaces whose integer id is remembered; more are looked up again. */
const WORKSPACES_REMEMBERED_MAX = 10_000;

/** What all parts of the tracking store share. */
export class StoreContext {
  readonly database: Database<TrackingSchema>;
  readonly clock: Clock;
  readonly keys: KeyDictionary;
  readonly #workspaces = new Map<string, number>();

  constructor(database: Database<TrackingSchema>, clock: Clock) {
    this.database = database;
    this.clock = clock;
    this.keys = new KeyDictionary(database);
  }

  /** Integer id of a workspace; made at its first use. */
  async workspace(workspaceKey: string): Promise<number> {
    const known = this.#workspaces.get(workspaceKey);
    if (known !== undefined) return known;
    const query = sql<{ id: number }>`SELECT id FROM workspaces WHERE workspace_key = ${workspaceKey}`;
    let [row] = await this.read(query);
    if (row === undefined) {
      await this.write([sql`INSERT INTO workspaces (workspace_key) VALUES (${workspaceKey}) ON CONFLICT DO NOTHING`]);
      [row] = await this.read(query);
    }
    if (row === undefined) throw new Error(`Workspace '${workspaceKey}' was written and cannot be read.`);
    if (this.#workspaces.size >= WORKSPACES_REMEMBERED_MAX) this.#workspaces.clear();
    this.#workspaces.set(workspaceKey, row.id);
    return row.id;
  }

  read<Row>(query: RawBuilder<Row>): Promise<Row[]> {
    return this.database.read(query.compile(this.database.sql));
  }

  write(statements: readonly RawBuilder<unknown>[]): Promise<void> {
    return this.database.write(statements.map((statement) => asCompilable(statement.compile(this.database.sql))));
  }
}
