import { sql, type RawBuilder } from "kysely";

import type { Dialect } from "../database/database.ts";
import type { Comparison } from "../domain/tracking-search/search-grammar.ts";
import type { AttributeTable } from "./attributes.ts";
import type { StoreContext } from "./store-context.ts";
import { INDEXED_VALUE_CHARS } from "./tracking-schema.ts";

type Condition = RawBuilder<unknown>;

/** `column <op> value` with MLflow's meaning: LIKE minds case, ILIKE does not, backslashes are ordinary. */
export function compare(dialect: Dialect, column: RawBuilder<unknown>, { operator, value }: Comparison): Condition {
  if (operator === "IS NULL") return sql`${column} IS NULL`;
  if (operator === "IS NOT NULL") return sql`${column} IS NOT NULL`;
  if (Array.isArray(value)) return sql`${column} ${sql.raw(operator)} (${sql.join(value)})`;
  if (operator === "LIKE") return like(dialect, column, String(value));
  if (operator === "ILIKE") {
    return dialect === "sqlite" ? sql`${column} LIKE ${value}` : sql`${column} ILIKE ${value} ESCAPE ''`;
  }
  return sql`${column} ${sql.raw(operator)} ${value}`;
}

/** Holds where the row `owner` has an attribute that compares so; one without the key does not match `!=`. */
export async function attributeCondition(
  context: StoreContext,
  { table, owner, id }: AttributeTable & { readonly id: RawBuilder<unknown> },
  comparison: Comparison,
): Promise<Condition> {
  const key = (await context.keys.find(comparison.key)) ?? -1;
  const of = sql`SELECT ${sql.ref(owner)} FROM ${sql.table(table)} WHERE key = ${key}`;
  if (comparison.operator === "IS NULL") return sql`${id} NOT IN (${of})`;
  if (comparison.operator === "IS NOT NULL") return sql`${id} IN (${of})`;
  const condition = compare(context.database.dialect, sql`value`, comparison);
  if (comparison.operator !== "=" || typeof comparison.value !== "string")
    return sql`${id} IN (${of} AND ${condition})`;
  const indexed = sql`substr(value, 1, ${sql.raw(String(INDEXED_VALUE_CHARS))})`;
  return sql`${id} IN (${of} AND ${indexed} = ${comparison.value.slice(0, INDEXED_VALUE_CHARS)} AND ${condition})`;
}

/** Latest value of a metric; a NaN differs from every number and compares in no other way. */
export async function metricCondition(
  context: StoreContext,
  { table, owner, id }: { readonly table: string; readonly owner: string; readonly id: RawBuilder<unknown> },
  comparison: Comparison,
): Promise<Condition> {
  const key = (await context.keys.find(comparison.key)) ?? -1;
  const compared = compare(context.database.dialect, sql`value`, comparison);
  const condition = comparison.operator === "!=" ? sql`(is_nan = 1 OR ${compared})` : sql`is_nan = 0 AND ${compared}`;
  return sql`${id} IN (SELECT ${sql.ref(owner)} FROM ${sql.table(table)} WHERE key = ${key} AND ${condition})`;
}

/** SQLite's LIKE ignores case, its GLOB does not. */
function like(dialect: Dialect, column: RawBuilder<unknown>, pattern: string): Condition {
  if (dialect === "postgres") return sql`${column} LIKE ${pattern} ESCAPE ''`;
  const glob = pattern.replaceAll(/[*?[]/g, "[$&]").replaceAll("%", "*").replaceAll("_", "?");
  return sql`${column} GLOB ${glob}`;
}
