import { sql, type RawBuilder } from "kysely";

import type { Comparison, SortKey } from "../domain/tracking-search/search-grammar.ts";
import { isAfter, orderBy, selectSortValues, toPage, type SearchPage, type SortColumn } from "./keyset.ts";
import { completeRuns, RUN_COLUMNS, type RunRow, type TrackedRun } from "./run-rows.ts";
import { attributeCondition, compare, metricCondition } from "./search-conditions.ts";
import { isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";

export const VIEW_TYPES = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"] as const;
export type ViewType = (typeof VIEW_TYPES)[number];

export interface RunSearch {
  readonly workspaceKey: string;
  readonly experimentIds: readonly string[];
  readonly filter: readonly Comparison[];
  readonly order: readonly SortKey[];
  readonly viewType: ViewType;
  readonly limit: number;
  readonly after?: string;
}

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

/** Runs of these experiments that match, in order; runs without a sort key's value come last. */
export async function searchRuns(context: StoreContext, search: RunSearch): Promise<SearchPage<TrackedRun>> {
  const experiments = await findExperiments(context, search);
  const conditions = [isOneOf(sql`r.experiment`, experiments), viewCondition(sql`r.is_deleted`, search.viewType)];
  for (const comparison of search.filter) conditions.push(await toCondition(context, comparison));
  const { joins, columns } = await planOrder(context, search.order);
  conditions.push(isAfter(columns, search.after));
  const rows = await context.read(
    sql<RunRow>`SELECT ${RUN_COLUMNS}, ${selectSortValues(columns)} FROM runs r JOIN experiments e ON e.id = r.experiment
        ${sql.join(joins, sql` `)} WHERE ${sql.join(conditions, sql` AND `)}
        ORDER BY ${orderBy(columns)} LIMIT ${search.limit + 1}`,
  );
  const page = toPage(rows, search.limit, columns.length);
  return { items: await completeRuns(context, search.workspaceKey, page.items), next: page.next };
}

export function viewCondition(isDeleted: RawBuilder<unknown>, viewType: ViewType): RawBuilder<boolean> {
  if (viewType === "ALL") return sql<boolean>`1 = 1`;
  return sql<boolean>`${isDeleted} = ${viewType === "DELETED_ONLY" ? 1 : 0}`;
}

async function findExperiments(context: StoreContext, search: RunSearch): Promise<number[]> {
  const workspace = await context.workspace(search.workspaceKey);
  const rows = await context.read(
    sql<{ id: number }>`SELECT id FROM experiments WHERE workspace = ${workspace}
        AND ${isOneOf(sql`experiment_id`, search.experimentIds)}`,
  );
  return rows.map((row) => row.id);
}

async function toCondition(context: StoreContext, comparison: Comparison): Promise<RawBuilder<boolean>> {
  return sql<boolean>`(${await conditionOf(context, comparison)})`;
}

function conditionOf(
  context: StoreContext,
  comparison: Comparison,
): Promise<RawBuilder<unknown>> | RawBuilder<unknown> {
  const id = sql`r.id`;
  if (comparison.entity === "metric") {
    return metricCondition(context, { table: "latest_metrics", owner: "run", id }, comparison);
  }
  if (comparison.entity === "param")
    return attributeCondition(context, { table: "params", owner: "run", id }, comparison);
  if (comparison.entity === "tag") return attributeCondition(context, { table: "tags", owner: "run", id }, comparison);
  if (comparison.entity === "dataset") {
    const column = comparison.key === "context" ? sql`rd.context` : sql`d.${sql.ref(comparison.key)}`;
    return sql`r.id IN (SELECT rd.run FROM run_datasets rd JOIN datasets d ON d.id = rd.dataset
      WHERE ${compare(context.database.dialect, column, comparison)})`;
  }
  return compare(context.database.dialect, columnOf(comparison.key), comparison);
}

interface OrderPlan {
  readonly joins: readonly RawBuilder<unknown>[];
  readonly columns: readonly SortColumn[];
}

async function planOrder(context: StoreContext, order: readonly SortKey[]): Promise<OrderPlan> {
  const joins: RawBuilder<unknown>[] = [];
  const columns: SortColumn[] = [];
  for (const [index, { entity, key, isAscending }] of order.entries()) {
    if (entity === "attribute") {
      const column = columnOf(key);
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
  columns.push({ expression: sql`r.started_at`, isAscending: false });
  columns.push({ expression: sql`r.run_id`, isAscending: true });
  return { joins, columns };
}

function columnOf(key: string): RawBuilder<unknown> {
  const column = COLUMNS[key];
  if (column === undefined) throw new Error(`Runs have no column for the attribute '${key}'.`);
  return column;
}
