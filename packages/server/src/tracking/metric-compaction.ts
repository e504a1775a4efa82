import { sql } from "kysely";

import type { WriteStep } from "../database/database.ts";
import { packPoints, unpackPoints } from "./metric-chunk.ts";
import { asCompilable } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";
import type { MetricPoint } from "./tracking-store.ts";

/** Every chunk but the last of a series holds exactly this many points, so that a position names its chunk. */
export const POINTS_PER_CHUNK = 4096;

interface LogRow {
  readonly id: number;
  readonly points: Uint8Array;
}

/**
 * Moves the log rows of a run into chunks, one series a key. The positions of points do not change, and the rows leave
 * the log only together with the chunks' arrival: throws `WriteConflict` when somebody else moved them meanwhile.
 */
export async function compactRun(context: StoreContext, run: number): Promise<void> {
  const rows = await context.read(sql<LogRow>`SELECT id, points FROM metric_log WHERE run = ${run} ORDER BY id`);
  const last = rows.at(-1);
  if (last === undefined) return;
  const inserts: WriteStep[] = [];
  for (const [key, points] of joinSeries(rows)) {
    const tail = await findTail(context, run, key);
    inserts.push(...chunkSteps(context, { run, key, start: tail.start, points: [...tail.points, ...points] }));
  }
  const clear = sql`DELETE FROM metric_log WHERE run = ${run} AND id <= ${last.id}`.compile(context.database.sql);
  await context.database.write([{ query: asCompilable(clear), expectChanges: rows.length }, ...inserts]);
}

function joinSeries(rows: readonly LogRow[]): Map<number, MetricPoint[]> {
  const byKey = new Map<number, MetricPoint[]>();
  for (const { key, points } of rows.flatMap((row) => unpackPoints(row.points))) {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [...points]);
    else known.push(...points);
  }
  return byKey;
}

/** The last chunk of a series when it has room, and where it begins. */
async function findTail(context: StoreContext, run: number, key: number) {
  const [last] = await context.read(
    sql<{ start: number; point_count: number; points: Uint8Array }>`SELECT start, point_count, points FROM metric_chunks
        WHERE run = ${run} AND key = ${key} ORDER BY start DESC LIMIT 1`,
  );
  if (last === undefined) return { start: 0, points: [] };
  if (last.point_count >= POINTS_PER_CHUNK) return { start: last.start + last.point_count, points: [] };
  return { start: last.start, points: unpackPoints(last.points).flatMap((series) => series.points) };
}

interface Series {
  readonly run: number;
  readonly key: number;
  readonly start: number;
  readonly points: readonly MetricPoint[];
}

function chunkSteps(context: StoreContext, { run, key, start, points }: Series): WriteStep[] {
  const steps: WriteStep[] = [];
  for (let offset = 0; offset < points.length; offset += POINTS_PER_CHUNK) {
    const part = points.slice(offset, offset + POINTS_PER_CHUNK);
    const insert = sql`INSERT INTO metric_chunks (run, key, start, point_count, points)
        VALUES (${run}, ${key}, ${start + offset}, ${part.length}, ${packPoints([{ key, points: part }])})
        ON CONFLICT (run, key, start) DO UPDATE SET point_count = excluded.point_count, points = excluded.points`;
    steps.push({ query: asCompilable(insert.compile(context.database.sql)) });
  }
  return steps;
}
