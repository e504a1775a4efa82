import { sql, type RawBuilder } from "kysely";

import type { Comparison, SortKey } from "../domain/tracking-search/search-grammar.ts";
import type { Experiment, ExperimentRow, Experiments } from "./experiments.ts";
import { isAfter, orderBy, selectSortValues, toPage, type SearchPage, type SortColumn } from "./keyset.ts";
import { viewCondition, type ViewType } from "./run-search.ts";
import { attributeCondition, compare } from "./search-conditions.ts";
import type { StoreContext } from "./store-context.ts";

export interface ExperimentSearch {
  readonly workspaceKey: string;
  readonly filter: readonly Comparison[];
  readonly order: readonly SortKey[];
  readonly viewType: ViewType;
  readonly limit: number;
  readonly after?: string;
}

const COLUMNS: Readonly<Record<string, RawBuilder<unknown>>> = {
  name: sql`e.name`,
  experiment_id: sql`e.experiment_id`,
  creation_time: sql`e.created_at`,
  last_update_time: sql`e.updated_at`,
};

/** Experiments that match, the latest changed first unless told otherwise. */
export async function searchExperiments(
  context: StoreContext,
  experiments: Experiments,
  search: ExperimentSearch,
): Promise<SearchPage<Experiment>> {
  await experiments.ensureDefault(search.workspaceKey);
  const workspace = await context.workspace(search.workspaceKey);
  const conditions: RawBuilder<unknown>[] = [
    sql`e.workspace = ${workspace}`,
    viewCondition(sql`e.is_deleted`, search.viewType),
  ];
  for (const comparison of search.filter) {
    conditions.push(
      comparison.entity === "tag"
        ? await attributeCondition(
            context,
            { table: "experiment_tags", owner: "experiment", id: sql`e.id` },
            comparison,
          )
        : compare(context.database.dialect, columnOf(comparison.key), comparison),
    );
  }
  const columns = planOrder(search.order);
  conditions.push(isAfter(columns, search.after));
  const rows = await context.read(
    sql<ExperimentRow>`SELECT e.*, ${selectSortValues(columns)} FROM experiments e
        WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${orderBy(columns)} LIMIT ${search.limit + 1}`,
  );
  const page = toPage(rows, search.limit, columns.length);
  return { items: await experiments.completeAll(page.items), next: page.next };
}

function planOrder(order: readonly SortKey[]): SortColumn[] {
  const keys = order.length === 0 ? [{ key: "last_update_time", isAscending: false }] : order;
  const columns = keys.map(({ key, isAscending }) => ({ expression: columnOf(key), isAscending }));
  return [...columns, { expression: sql`e.id`, isAscending: true }];
}

function columnOf(key: string): RawBuilder<unknown> {
  const column = COLUMNS[key];
  if (column === undefined) throw new Error(`Experiments have no column for '${key}'.`);
  return column;
}
