import { sql } from "kysely";

import { readAttributes } from "./attributes.ts";
import { NO_LINKS, readLinks, type RunLinks } from "./run-inputs.ts";
import { inBlocks, isOneOf } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";
import { RUN_STATUSES, type MetricPoint, type Run, type RunStatus } from "./tracking-store.ts";

const RUNS_PER_STATEMENT = 512;

/** A run with what it read and made. */
export interface TrackedRun extends Run {
  readonly links: RunLinks;
}

export interface RunRow {
  readonly id: number;
  readonly run_id: string;
  readonly experiment: number;
  readonly experiment_id: string;
  readonly name: string;
  readonly user_id: string;
  readonly status: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly artifact_uri: string;
  readonly is_deleted: number;
}

interface LatestRow {
  readonly run: number;
  readonly key: number;
  readonly value: number;
  readonly is_nan: number;
  readonly step: number;
  readonly at: number;
}

/** Columns of a {@link RunRow} where `runs` is `r` and `experiments` is `e`. */
export const RUN_COLUMNS = sql`r.id, r.run_id, r.experiment, e.experiment_id, r.name, r.user_id, r.status, r.started_at,
  r.ended_at, r.artifact_uri, r.is_deleted`;

export async function findRunRow(
  context: StoreContext,
  workspaceKey: string,
  runId: string,
): Promise<RunRow | undefined> {
  const workspace = await context.workspace(workspaceKey);
  const [row] = await context.read(
    sql<RunRow>`SELECT ${RUN_COLUMNS} FROM runs r JOIN experiments e ON e.id = r.experiment
        WHERE r.workspace = ${workspace} AND r.run_id = ${runId}`,
  );
  return row;
}

/** Adds params, tags and latest metrics. The order of the rows is kept. */
export async function completeRuns(
  context: StoreContext,
  workspaceKey: string,
  rows: readonly RunRow[],
): Promise<TrackedRun[]> {
  const ids = rows.map((row) => row.id);
  const params = await readAttributes(context, { table: "params", owner: "run" }, ids);
  const tags = await readAttributes(context, { table: "tags", owner: "run" }, ids);
  const metrics = await readLatest(context, ids);
  const links = await readLinks(context, ids);
  return rows.map((row) => ({
    runId: row.run_id,
    workspaceKey,
    experimentId: row.experiment_id,
    name: row.name,
    userId: row.user_id,
    status: parseStatus(row.status),
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    artifactUri: row.artifact_uri,
    lifecycleStage: row.is_deleted === 1 ? "deleted" : "active",
    params: params.get(row.id) ?? {},
    tags: tags.get(row.id) ?? {},
    metrics: metrics.get(row.id) ?? {},
    links: links.get(row.id) ?? NO_LINKS,
  }));
}

async function readLatest(
  context: StoreContext,
  ids: readonly number[],
): Promise<Map<number, Readonly<Record<string, MetricPoint>>>> {
  const byRun = new Map<number, [key: string, point: MetricPoint][]>();
  for (const block of inBlocks(ids, RUNS_PER_STATEMENT)) {
    const rows = await context.read(sql<LatestRow>`SELECT * FROM latest_metrics WHERE ${isOneOf(sql`run`, block)}`);
    for (const row of rows) {
      const metrics = byRun.get(row.run) ?? [];
      const value = row.is_nan === 1 ? Number.NaN : row.value;
      metrics.push([await context.keys.name(row.key), { value, at: row.at, step: row.step }]);
      byRun.set(row.run, metrics);
    }
  }
  return new Map([...byRun].map(([id, entries]) => [id, Object.fromEntries(entries)]));
}

function parseStatus(status: string): RunStatus {
  const known = RUN_STATUSES.find((candidate) => candidate === status);
  if (known === undefined) throw new Error(`A run has the unknown status '${status}'.`);
  return known;
}
