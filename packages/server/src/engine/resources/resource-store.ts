import type { Compilable } from "kysely";

import type { Database, WriteStep } from "../../database/database.ts";
import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import type { ControlSchema, ResourceRow } from "../control-schema.ts";
import { LargeRows } from "./large-rows.ts";
import type { Resource } from "./resource.ts";
import type { ListQuery, Page } from "./resources.ts";
import { toResource } from "./resource-row.ts";

/** Rows that one page may hold, whatever a caller asks for. */
export const PAGE_SIZE_MAX = 1_000;
const PAGE_SIZE_DEFAULT = 100;

export type ControlDatabase = Database<ControlSchema>;
export type Step = Compilable | WriteStep;

/** Rows of resources: reading, paging by key, and the statements from which writers compose their batches. */
export class ResourceStore {
  readonly #database: ControlDatabase;
  readonly #findByKey: PreparedQuery<ResourceRow>;
  readonly #largeRows = new LargeRows();
  /** By the columns that they set. */
  readonly #inserts = new Map<string, PreparedQuery<unknown>>();
  readonly #updates = new Map<string, PreparedQuery<unknown>>();

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#findByKey = prepareQuery(() => database.sql.selectFrom("resources").selectAll().where("key", "=", ""));
  }

  async find(key: string): Promise<Resource | undefined> {
    const [row] = await this.#database.read(this.#findByKey(key));
    return row === undefined ? undefined : this.#largeRows.toResource(row);
  }

  async list(query: ListQuery): Promise<Page> {
    const limit = Math.min(query.limit ?? PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX);
    const items: Resource[] = [];
    let after = query.after;
    // A filter may reject whole pages; each round reads on from the last row seen.
    for (;;) {
      const rows = await this.#readRows(query, after, limit + 1);
      for (const [index, row] of rows.entries()) {
        const resource = toResource(row);
        if (index === limit) return { items, next: after };
        after = pageToken(row, query.order);
        if (query.where !== undefined && !query.where(resource)) continue;
        items.push(resource);
        if (items.length === limit) return { items, next: index + 1 < rows.length ? after : undefined };
      }
      if (rows.length <= limit) return { items, next: undefined };
    }
  }

  /** All resources of a type, whatever their parent; for start-up and for lists across workspaces. */
  async listByType(type: string, limit = PAGE_SIZE_MAX): Promise<readonly Resource[]> {
    const { sql } = this.#database;
    const query = sql.selectFrom("resources").selectAll().where("type", "=", type).orderBy("key").limit(limit);
    return (await this.#database.read(query)).map(toResource);
  }

  async listChildNames(parentKey: string, type: string): Promise<readonly { name: string; createdAt: number }[]> {
    const query = this.#database.sql
      .selectFrom("resources")
      .select(["name", "created_at"])
      .where("parent_key", "=", parentKey)
      .where("type", "=", type)
      .where("deleted_at", "is", null)
      .orderBy("created_at", "desc")
      .orderBy("key", "desc");
    const rows = await this.#database.read(query);
    return rows.map((row) => ({ name: row.name, createdAt: Number(row.created_at) }));
  }

  /** Keys of everything below a resource, nearest to the leaves last. */
  async listBelow(key: string, limit: number): Promise<readonly Resource[]> {
    const query = this.#database.sql
      .selectFrom("resources")
      .selectAll()
      .where("key", ">", `${key}/`)
      .where("key", "<", `${key}0`)
      .orderBy("key")
      .limit(limit);
    return (await this.#database.read(query)).map(toResource);
  }

  async listToReconcile(): Promise<readonly { key: string; at: number }[]> {
    const query = this.#database.sql
      .selectFrom("resources")
      .select(["key", "reconcile_at"])
      .where("reconcile_at", "is not", null)
      // Those that wait for nodes ask for them in the order in which they came.
      .orderBy("created_at");
    const rows = await this.#database.read(query);
    return rows.map((row) => ({ key: row.key, at: Number(row.reconcile_at) }));
  }

  insert(row: ResourceRow): Step {
    const columns = Object.keys(row).join();
    const known = this.#inserts.get(columns);
    const prepared = known ?? prepareQuery(() => this.#database.sql.insertInto("resources").values(row));
    if (known === undefined) this.#inserts.set(columns, prepared);
    return prepared(...Object.values(row));
  }

  /** Inserts unless a row of the key is there: for the container above a first version. */
  insertIfMissing(row: ResourceRow): Step {
    const insert = this.#database.sql.insertInto("resources").values(row);
    return insert.onConflict((conflict) => conflict.column("key").doNothing());
  }

  /** Replaces columns of the row as it was read: another writer in between makes the batch a conflict. */
  update(resource: Pick<Resource, "key" | "revision">, columns: Partial<ResourceRow>): Step {
    const changed = { ...columns, revision: resource.revision + 1 };
    const names = Object.keys(changed).join();
    const known = this.#updates.get(names);
    const prepared = known ?? prepareQuery(() => this.#buildUpdate(changed));
    if (known === undefined) this.#updates.set(names, prepared);
    return { query: prepared(...Object.values(changed), resource.key, resource.revision), expectChanges: 1 };
  }

  remove(resource: Pick<Resource, "key" | "revision">): Step {
    const query = this.#database.sql
      .deleteFrom("resources")
      .where("key", "=", resource.key)
      .where("revision", "=", resource.revision);
    return { query, expectChanges: 1 };
  }

  #buildUpdate(columns: Partial<ResourceRow>): Compilable {
    const update = this.#database.sql.updateTable("resources").set(columns);
    return update.where("key", "=", "").where("revision", "=", 0);
  }

  async #readRows(query: ListQuery, after: string | undefined, limit: number): Promise<ResourceRow[]> {
    let select = this.#database.sql
      .selectFrom("resources")
      .selectAll()
      .where("parent_key", "=", query.parentKey)
      .where("type", "=", query.type)
      .limit(limit);
    if (query.owner === "none") select = select.where("owner_key", "is", null);
    else if (query.owner !== undefined) select = select.where("owner_key", "=", query.owner);
    if (query.order === "created-desc") {
      const [createdAt, key] = splitToken(after);
      if (key !== undefined) {
        select = select.where((where) =>
          where.or([
            where("created_at", "<", createdAt),
            where.and([where("created_at", "=", createdAt), where("key", "<", key)]),
          ]),
        );
      }
      select = select.orderBy("created_at", "desc").orderBy("key", "desc");
    } else {
      if (after !== undefined) select = select.where("key", ">", after);
      select = select.orderBy("key");
    }
    return this.#database.read(select);
  }
}

function pageToken(row: ResourceRow, order: ListQuery["order"]): string {
  return order === "created-desc" ? `${row.created_at}:${row.key}` : row.key;
}

function splitToken(token: string | undefined): [createdAt: number, key: string | undefined] {
  const colon = token?.indexOf(":") ?? -1;
  if (token === undefined || colon < 0) return [0, undefined];
  return [Number(token.slice(0, colon)), token.slice(colon + 1)];
}
