import { sql, type RawBuilder } from "kysely";

import type { SortKey } from "../domain/tracking-search/search-grammar.ts";
import type { SortColumn } from "./keyset.ts";
import type { StoreContext } from "./store-context.ts";

const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  run_id: sql`r.run_id`,
  run_name: sql`r.name`,
  user_id: sql`r.user_id`,
  status: sql`r.status`,
  artifact_uri: sql`r.artifact_uri`,
  lifecycle_stage: sql`(CASE WHEN r.is_deleted = 1 THEN 'deleted' ELSE 'active' END)`,
  start_time: sql`r.started_at`,
  end_time: sql`r.ended_at`,
  experiment_id: sql`e.experiment_id`,
};
const NUMBER_COLUMNS = ["start_time", "end_time"];

const TIES: readonly SortColumn[] = [
  { expression: sql`r.started_at`, isAscending: false },
  { expression: sql`r.run_id`, isAscending: true },
];

/** Where runs are read from, as `r` and their experiments as `e`, so that they can be ordered by these columns. */
export interface OrderPlan {
  readonly from: RawBuilder<unknown>;
  readonly conditions: readonly RawBuilder<boolean>[];
  readonly columns: readonly SortColumn[];
}

/** Rank of a run that has a number to be ordered by; those with NaN and those with nothing come after. */
const HAS_NUMBER = 0;

/**
 * The quick way for an order by one metric: along the index of its values, as far as there are numbers. `undefined` for
 * other orders. A page that it does not fill needs {@link planOrder}.
 */
export async function planLeadingMetric(
  context: StoreContext,
  order: readonly SortKey[],
): Promise<OrderPlan | undefined> {
  const [first, second] = order;
  if (first?.entity !== "metric" || second !== undefined) return undefined;
  const key = (await context.keys.find(first.key)) ?? -1;
  return {
    from: sql`latest_metrics o0 CROSS JOIN runs r CROSS JOIN experiments e`,
    conditions: [sql<boolean>`o0.key = ${key} AND o0.is_nan = 0 AND r.id = o0.run AND e.id = r.experiment`],
    columns: [
      { expression: sql.lit(HAS_NUMBER), isAscending: true, constant: HAS_NUMBER },
      { expression: sql`o0.value`, isAscending: first.isAscending },
      ...TIES,
    ],
  };
}

export async function planOrder(context: StoreContext, order: readonly SortKey[]): Promise<OrderPlan> {
  const joins: RawBuilder<unknown>[] = [];
  const columns: SortColumn[] = [];
  for (const [index, { entity, key, isAscending }] of order.entries()) {
    if (entity === "attribute") {
      const column = runColumn(key);
      const whenMissing = NUMBER_COLUMNS.includes(key) ? sql`0` : sql`''`;
      columns.push({ expression: sql`(CASE WHEN ${column} IS NULL THEN 1 ELSE 0 END)`, isAscending: true });
      columns.push({ expression: sql`COALESCE(${column}, ${whenMissing})`, isAscending });
      continue;
    }
    const keyId = (await context.keys.find(key)) ?? -1;
    const alias = sql.ref(`o${index}`);
    const table = entity === "metric" ? "latest_metrics" : entity === "param" ? "params" : "tags";
    joins.push(sql`LEFT JOIN ${sql.table(table)} ${alias} ON ${alias}.run = r.id AND ${alias}.key = ${keyId}`);
    const isNan = entity === "metric" ? sql`WHEN ${alias}.is_nan = 1 THEN 1` : sql``;
    const whenMissing = entity === "metric" ? sql`0` : sql`''`;
    columns.push({ expression: sql`(CASE WHEN ${alias}.run IS NULL THEN 2 ${isNan} ELSE 0 END)`, isAscending: true });
    columns.push({ expression: sql`COALESCE(${alias}.value, ${whenMissing})`, isAscending });
  }
  const from = sql`runs r JOIN experiments e ON e.id = r.experiment ${sql.join(joins, sql` `)}`;
  return { from, conditions: [], columns: [...columns, ...TIES] };
}

/** Column of an attribute that a run search may name. */
export function runColumn(key: string): RawBuilder<unknown> {
  const column = COLUMNS[key];
  if (column === undefined) throw new Error(`Runs have no column for the attribute '${key}'.`);
  return column;
}
