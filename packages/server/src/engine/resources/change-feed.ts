import { EventEmitter, once } from "node:events";

import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import type { ControlDatabase, Step } from "./resource-store.ts";
import type { Resource } from "./resource.ts";

/** Changes that are kept for those who come back; older ones are gone and the reader starts from a full list. */
export const CHANGES_KEPT_MAX = 100_000;
const READ_BATCH = 500;
const SUBSCRIBERS_MAX = 1_000;

export interface Change {
  readonly sequence: number;
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly action: ChangeAction;
  readonly revision: number;
}

export type ChangeAction = "put" | "state" | "delete" | "gone";

/** What happened to resources, in order: the audit trail, and what Studio listens to. */
export interface ChangeFeed {
  /** Changes after a sequence number (`undefined`: from now on), then as they come, until `signal` aborts. */
  subscribe(after: number | undefined, signal: AbortSignal): AsyncIterable<Change>;
}

export class ResourceChanges implements ChangeFeed {
  readonly #database: ControlDatabase;
  readonly #events = new EventEmitter();
  readonly #insert: PreparedQuery<unknown>;
  #announcedCount = 0;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const row = { at: 0, key: "", id: "", type: "", action: "", revision: 0, principal: "" };
    this.#insert = prepareQuery(() => database.sql.insertInto("changes").values(row));
    this.#events.setMaxListeners(SUBSCRIBERS_MAX);
  }

  /** The statement that records a change, for the batch that makes it. */
  record(resource: Resource, change: { action: ChangeAction; at: number; principal: string }): Step {
    const { key, id, type, revision } = resource;
    return this.#insert(change.at, key, id, type, change.action, revision, change.principal);
  }

  /** Called once a batch with a recorded change is committed. */
  announce(): void {
    this.#announcedCount += 1;
    this.#events.emit("changed");
  }

  async *subscribe(after: number | undefined, signal: AbortSignal): AsyncIterable<Change> {
    let position = after ?? (await this.#latest());
    try {
      while (!signal.aborted) {
        const announcedCount = this.#announcedCount;
        const changes = await this.#readAfter(position);
        for (const change of changes) {
          position = change.sequence;
          yield change;
        }
        const isIdle = changes.length === 0 && announcedCount === this.#announcedCount;
        if (isIdle) await once(this.#events, "changed", { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async prune(): Promise<void> {
    const oldest = (await this.#latest()) - CHANGES_KEPT_MAX;
    if (oldest > 0)
      await this.#database.write([this.#database.sql.deleteFrom("changes").where("sequence", "<", oldest)]);
  }

  async #latest(): Promise<number> {
    const query = this.#database.sql.selectFrom("changes").select("sequence").orderBy("sequence", "desc").limit(1);
    const [row] = await this.#database.read(query);
    return Number(row?.sequence ?? 0);
  }

  async #readAfter(position: number): Promise<Change[]> {
    const query = this.#database.sql
      .selectFrom("changes")
      .selectAll()
      .where("sequence", ">", position)
      .orderBy("sequence")
      .limit(READ_BATCH);
    const rows = await this.#database.read(query);
    return rows.map((row) => ({
      sequence: Number(row.sequence),
      at: Number(row.at),
      id: row.id,
      type: row.type,
      action: toAction(row.action),
      revision: Number(row.revision),
    }));
  }
}

function toAction(action: string): ChangeAction {
  return action === "put" || action === "delete" || action === "gone" ? action : "state";
}
