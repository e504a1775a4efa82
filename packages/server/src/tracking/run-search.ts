import { sql, type RawBuilder } from "kysely";

import type { Comparison, SortKey } from "../domain/tracking-search/search-grammar.ts";
import { isAfter, isWithin, orderBy, selectSortValues, toPage, type SearchPage } from "./keyset.ts";
import { planLeadingMetric, planOrder, runColumn, type OrderPlan } from "./run-order.ts";
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

/** Runs of these experiments that match, in order; runs without a sort key's value come last. */
export async function searchRuns(context: StoreContext, search: RunSearch): Promise<SearchPage<TrackedRun>> {
  const experiments = await findExperiments(context, search);
  const conditions = [isOneOf(sql`r.experiment`, experiments), viewCondition(sql`r.is_deleted`, search.viewType)];
  for (const comparison of search.filter) conditions.push(await toCondition(context, comparison));
  const leading = search.filter.length === 0 ? await planLeadingMetric(context, search.order) : undefined;
  const led = leading === undefined ? undefined : await readPage(context, { search, plan: leading, conditions });
  const page = led?.next === undefined ? await readWhole(context, search, conditions) : led;
  return { items: await completeRuns(context, search.workspaceKey, page.items), next: page.next };
}

async function readWhole(context: StoreContext, search: RunSearch, conditions: readonly RawBuilder<boolean>[]) {
  return readPage(context, { search, plan: await planOrder(context, search.order), conditions });
}

interface PageQuery {
  readonly search: RunSearch;
  readonly plan: OrderPlan;
  readonly conditions: readonly RawBuilder<boolean>[];
}

async function readPage(context: StoreContext, { search, plan, conditions }: PageQuery): Promise<SearchPage<RunRow>> {
  const { columns } = plan;
  if (!isWithin(columns, search.after)) return { items: [], next: undefined };
  const all = [...conditions, ...plan.conditions, isAfter(columns, search.after)];
  const rows = await context.read(
    sql<RunRow>`SELECT ${RUN_COLUMNS}, ${selectSortValues(columns)} FROM ${plan.from} WHERE ${sql.join(all, sql` AND `)}
        ORDER BY ${orderBy(columns)} LIMIT ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, columns.length);
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
  return compare(context.database.dialect, runColumn(comparison.key), comparison);
}
