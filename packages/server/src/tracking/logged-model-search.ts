import { sql, type RawBuilder } from "kysely";

import type { Comparison } from "../domain/tracking-search/search-grammar.ts";
import { isAfter, orderBy, selectSortValues, toPage, type SearchPage, type SortColumn } from "./keyset.ts";
import { completeModels, MODEL_COLUMNS, type LoggedModel, type LoggedModelRow } from "./logged-model-rows.ts";
import { attributeCondition, compare } from "./search-conditions.ts";
import { isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";

/** Narrows metrics to those of a dataset. */
export interface DatasetFilter {
  readonly name: string;
  readonly digest: string | undefined;
}

export interface LoggedModelSort {
  /** `undefined`: by a metric. */
  readonly attribute: string | undefined;
  readonly metric: string | undefined;
  readonly isAscending: boolean;
  readonly dataset: DatasetFilter | undefined;
}

export interface LoggedModelSearch {
  readonly workspaceKey: string;
  readonly experimentIds: readonly string[];
  readonly filter: readonly Comparison[];
  readonly datasets: readonly DatasetFilter[];
  readonly order: readonly LoggedModelSort[];
  readonly limit: number;
  readonly after?: string;
}

const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  name: sql`m.name`,
  model_id: sql`m.model_id`,
  model_type: sql`m.model_type`,
  status: sql`replace(m.status, 'LOGGED_MODEL_', '')`,
  source_run_id: sql`m.source_run_id`,
  experiment_id: sql`e.experiment_id`,
  creation_timestamp: sql`m.created_at`,
  last_updated_timestamp: sql`m.updated_at`,
};

/** Logged models of these experiments that match, the newest first unless told otherwise. */
export async function searchModels(context: StoreContext, search: LoggedModelSearch): Promise<SearchPage<LoggedModel>> {
  const workspace = await context.workspace(search.workspaceKey);
  const conditions: RawBuilder<unknown>[] = [
    sql`m.workspace = ${workspace}`,
    sql`m.is_deleted = 0`,
    isOneOf(sql`e.experiment_id`, search.experimentIds),
  ];
  for (const comparison of search.filter) conditions.push(await conditionOf(context, comparison, search.datasets));
  const columns = await planOrder(context, search.order);
  conditions.push(isAfter(columns, search.after));
  const rows = await context.read(
    sql<LoggedModelRow>`SELECT ${MODEL_COLUMNS}, ${selectSortValues(columns)}
        FROM logged_models m JOIN experiments e ON e.id = m.experiment
        WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${orderBy(columns)} LIMIT ${search.limit + 1}`,
  );
  const page = toPage(rows, search.limit, columns.length);
  return { items: await completeModels(context, page.items), next: page.next };
}

async function conditionOf(
  context: StoreContext,
  comparison: Comparison,
  datasets: readonly DatasetFilter[],
): Promise<RawBuilder<unknown>> {
  const id = sql`m.id`;
  if (comparison.entity === "param") {
    return attributeCondition(context, { table: "logged_model_params", owner: "model", id }, comparison);
  }
  if (comparison.entity === "tag") {
    return attributeCondition(context, { table: "logged_model_tags", owner: "model", id }, comparison);
  }
  if (comparison.entity === "attribute") return compare(context.database.dialect, columnOf(comparison.key), comparison);
  const key = (await context.keys.find(comparison.key)) ?? -1;
  const compared = compare(context.database.dialect, sql`value`, comparison);
  const ofDataset = datasets.length === 0 ? sql`1 = 1` : sql`(${sql.join(datasets.map(datasetCondition), sql` OR `)})`;
  return sql`m.id IN (SELECT model FROM logged_model_metrics
    WHERE key = ${key} AND is_nan = 0 AND ${compared} AND ${ofDataset})`;
}

function datasetCondition({ name, digest }: DatasetFilter): RawBuilder<unknown> {
  if (digest === undefined) return sql`dataset_name = ${name}`;
  return sql`(dataset_name = ${name} AND dataset_digest = ${digest})`;
}

async function planOrder(context: StoreContext, order: readonly LoggedModelSort[]): Promise<SortColumn[]> {
  const columns: SortColumn[] = [];
  for (const { attribute, metric, isAscending, dataset } of order) {
    if (attribute !== undefined) columns.push({ expression: columnOf(attribute), isAscending });
    if (metric === undefined) continue;
    const key = (await context.keys.find(metric)) ?? -1;
    const ofDataset = dataset === undefined ? sql`1 = 1` : datasetCondition(dataset);
    const value = sql`(SELECT ${isAscending ? sql`min` : sql`max`}(value) FROM logged_model_metrics
      WHERE model = m.id AND key = ${key} AND is_nan = 0 AND ${ofDataset})`;
    columns.push({ expression: sql`(CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END)`, isAscending: true });
    columns.push({ expression: sql`COALESCE(${value}, 0)`, isAscending });
  }
  columns.push({ expression: sql`m.created_at`, isAscending: false });
  columns.push({ expression: sql`m.model_id`, isAscending: true });
  return columns;
}

function columnOf(key: string): RawBuilder<unknown> {
  const column = COLUMNS[key];
  if (column === undefined) throw new Error(`Logged models have no column for '${key}'.`);
  return column;
}
