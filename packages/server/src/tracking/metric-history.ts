import { sql } from "kysely";

import { unpackPoints } from "./metric-chunk.ts";
import { POINTS_PER_CHUNK } from "./metric-compaction.ts";
import type { StoreContext } from "./store-context.ts";
import type { MetricPoint } from "./tracking-store.ts";

export interface HistoryPage {
  readonly points: readonly MetricPoint[];
  /** Position of the next page; `undefined` at the end. Positions stay valid while points arrive. */
  readonly next: number | undefined;
}

interface HistoryRow {
  readonly is_log: number;
  readonly position: number;
  readonly point_count: number;
  readonly points: Uint8Array;
}

/** Points of one key of a run from position `from` on, in the order in which they were logged. */
export async function readHistory(
  context: StoreContext,
  series: { readonly run: number; readonly key: number },
  { from = 0, limit }: { readonly from?: number; readonly limit?: number },
): Promise<HistoryPage> {
  const rows = await readRows(context, series, { from, limit });
  const points: MetricPoint[] = [];
  let position = from;
  let logStart = 0;
  for (const row of rows) {
    const found = unpackPoints(row.points)
      .filter(({ key }) => key === series.key)
      .flatMap((part) => part.points);
    const start = row.is_log === 1 ? logStart : row.position;
    logStart = start + found.length;
    if (start > position) break;
    const fresh = found.slice(position - start);
    points.push(...fresh);
    position += fresh.length;
    if (limit !== undefined && points.length > limit) break;
  }
  if (limit === undefined || points.length <= limit) return { points: withoutRepeats(points), next: undefined };
  return { points: withoutRepeats(points.slice(0, limit)), next: from + limit };
}

/**
 * Chunks and log in one statement: a compaction that commits between two statements would hide or double points.
 * The last chunk always comes along, because it tells at which position the log begins.
 */
function readRows(
  context: StoreContext,
  { run, key }: { readonly run: number; readonly key: number },
  { from, limit }: { readonly from: number; readonly limit: number | undefined },
): Promise<HistoryRow[]> {
  const firstStart = Math.floor(from / POINTS_PER_CHUNK) * POINTS_PER_CHUNK;
  const endStart = limit === undefined ? Number.MAX_SAFE_INTEGER : from + limit + POINTS_PER_CHUNK;
  return context.read(sql<HistoryRow>`
    SELECT 0 AS is_log, start AS position, point_count, points FROM metric_chunks
      WHERE run = ${run} AND key = ${key} AND ((start >= ${firstStart} AND start <= ${endStart})
        OR start = (SELECT max(start) FROM metric_chunks WHERE run = ${run} AND key = ${key}))
    UNION ALL
    SELECT 1 AS is_log, id AS position, 0 AS point_count, points FROM metric_log WHERE run = ${run}
    ORDER BY 1, 2`);
}

/**
 * Leaves out points that a client sent twice because it did not hear the answer. Only a point that is not after all
 * before it can be one, so an orderly series costs one comparison a point.
 */
function withoutRepeats(points: readonly MetricPoint[]): readonly MetricPoint[] {
  let seen: Set<string> | undefined;
  let [latest] = points;
  const kept = points.filter((point, index) => {
    if (latest === undefined || index === 0) return true;
    const isAfter = point.at > latest.at || (point.at === latest.at && point.step > latest.step);
    if (isAfter) {
      latest = point;
      seen?.add(nameOf(point));
      return true;
    }
    seen ??= new Set(points.slice(0, index).map(nameOf));
    const isRepeat = seen.has(nameOf(point));
    seen.add(nameOf(point));
    return !isRepeat;
  });
  return kept.length === points.length ? points : kept;
}

function nameOf(point: MetricPoint): string {
  return `${point.at} ${point.step} ${point.value}`;
}
