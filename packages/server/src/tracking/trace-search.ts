import { sql, type RawBuilder } from "kysely";

import type { Comparison, SortKey } from "../domain/tracking-search/search-grammar.ts";
import { isAfter, orderBy, selectSortValues, toPage, type SearchPage, type SortColumn } from "./keyset.ts";
import { attributeCondition, compare } from "./search-conditions.ts";
import { isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";

export interface TraceSearch {
  readonly workspaceKey: string;
  readonly experimentIds: readonly string[];
  readonly filter: readonly Comparison[];
  readonly order: readonly SortKey[];
  readonly limit: number;
  readonly after?: string;
}

export interface TraceRow {
  readonly id: number;
  readonly trace_id: string;
  readonly experiment_id: string;
  readonly artifact_location: string;
  readonly client_request_id: string;
  readonly request_preview: string;
  readonly response_preview: string;
  readonly requested_at: number;
  readonly duration_ms: number | null;
  readonly state: string;
  readonly assessments: string;
}

/** Columns of a {@link TraceRow} where `traces` is `t` and `experiments` is `e`. */
export const TRACE_COLUMNS = sql`t.id, t.trace_id, e.experiment_id, e.artifact_location, t.client_request_id,
  t.request_preview, t.response_preview, t.requested_at, t.duration_ms, t.state, t.assessments`;

/** Attributes that are really kept as tags or metadata. */
const KEPT_ELSEWHERE: Readonly<
  Record<string, { readonly table: "trace_tags" | "trace_metadata"; readonly key: string }>
> = {
  name: { table: "trace_tags", key: "mlflow.traceName" },
  run_id: { table: "trace_metadata", key: "mlflow.sourceRun" },
};
const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  trace_id: sql`t.trace_id`,
  client_request_id: sql`t.client_request_id`,
  status: sql`t.state`,
  timestamp_ms: sql`t.requested_at`,
  execution_time_ms: sql`COALESCE(t.duration_ms, 0)`,
};

/** Traces of these experiments that match, the newest first unless told otherwise. */
export async function searchTraces(context: StoreContext, search: TraceSearch): Promise<SearchPage<TraceRow>> {
  const workspace = await context.workspace(search.workspaceKey);
  const conditions: RawBuilder<unknown>[] = [
    sql`t.workspace = ${workspace}`,
    isOneOf(sql`e.experiment_id`, search.experimentIds),
  ];
  for (const comparison of search.filter) conditions.push(await conditionOf(context, comparison));
  const columns = planOrder(search.order);
  conditions.push(isAfter(columns, search.after));
  const rows = await context.read(
    sql<TraceRow>`SELECT ${TRACE_COLUMNS}, ${selectSortValues(columns)}
        FROM traces t JOIN experiments e ON e.id = t.experiment
        WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${orderBy(columns)} LIMIT ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, columns.length);
}

async function conditionOf(context: StoreContext, comparison: Comparison): Promise<RawBuilder<unknown>> {
  const elsewhere = comparison.entity === "attribute" ? KEPT_ELSEWHERE[comparison.key] : undefined;
  const column = comparison.entity === "attribute" ? COLUMNS[comparison.key] : undefined;
  if (column !== undefined) return compare(context.database.dialect, column, comparison);
  const table = elsewhere?.table ?? (comparison.entity === "tag" ? "trace_tags" : "trace_metadata");
  const key = elsewhere?.key ?? comparison.key;
  return attributeCondition(context, { table, owner: "trace", id: sql`t.id` }, { ...comparison, key });
}

function planOrder(order: readonly SortKey[]): SortColumn[] {
  const columns: SortColumn[] = [];
  for (const { key, isAscending } of order) {
    const expression = COLUMNS[key];
    if (expression !== undefined) columns.push({ expression, isAscending });
  }
  columns.push({ expression: sql`t.requested_at`, isAscending: false });
  columns.push({ expression: sql`t.trace_id`, isAscending: true });
  return columns;
}
