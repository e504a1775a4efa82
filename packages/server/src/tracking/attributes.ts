import { sql } from "kysely";

import { inBlocks, isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";

/** Texts by key: tags, params, metadata. */
export type Attributes = Readonly<Record<string, string>>;

const OWNERS_PER_STATEMENT = 512;

export interface AttributeTable {
  readonly table:
    | "experiment_tags"
    | "params"
    | "tags"
    | "logged_model_params"
    | "logged_model_tags"
    | "trace_tags"
    | "trace_metadata";
  readonly owner: "experiment" | "run" | "model" | "trace";
}

/** Attributes of many rows, by the integer id of the row. */
export async function readAttributes(
  context: StoreContext,
  { table, owner }: AttributeTable,
  owners: readonly number[],
): Promise<Map<number, Attributes>> {
  const byOwner = new Map<number, [key: string, value: string][]>();
  for (const block of inBlocks(owners, OWNERS_PER_STATEMENT)) {
    const rows = await context.read(
      sql<{
        owner: number;
        key: number;
        value: string;
      }>`SELECT ${sql.ref(owner)} AS owner, key, value FROM ${sql.table(table)}
          WHERE ${isOneOf(sql.ref(owner), block)}`,
    );
    for (const row of rows) {
      const attributes = byOwner.get(row.owner) ?? [];
      attributes.push([await context.keys.name(row.key), row.value]);
      byOwner.set(row.owner, attributes);
    }
  }
  return new Map([...byOwner].map(([id, entries]) => [id, Object.fromEntries(entries)]));
}

/** Sets values of one row; what is there under the same key is replaced. */
export async function setAttributes(
  context: StoreContext,
  { table, owner, id }: AttributeTable & { readonly id: number },
  attributes: Attributes,
) {
  const keys = await context.keys.ensure(Object.keys(attributes));
  return Object.entries(attributes).map(
    ([
      key,
      value,
    ]) => sql`INSERT INTO ${sql.table(table)} (${sql.ref(owner)}, key, value) VALUES (${id}, ${keys.get(key)}, ${value})
        ON CONFLICT (${sql.ref(owner)}, key) DO UPDATE SET value = excluded.value`,
  );
}
