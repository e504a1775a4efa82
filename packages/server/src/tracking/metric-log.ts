import { CompiledQuery } from "kysely";

import { isLater } from "./metric-order.ts";
import { packPoints } from "./metric-chunk.ts";
import { compactRun } from "./metric-compaction.ts";
import { asCompilable, inBlocks } from "./sql-parts.ts";
import type { StoreContext } from "./store-context.ts";
import type { MetricPoint } from "./tracking-store.ts";

/** Flushes on their way to the disk at one time: one is being synced while the next is filled. */
const FLUSHES_IN_FLIGHT_MAX = 2;
/** Points that may wait for the disk before further ones are made to wait for room. */
const POINTS_PER_FLUSH_MAX = 200_000;
const ROWS_PER_STATEMENT_MAX = 64;
/** Log rows of a run after which they are packed into chunks. */
const LOG_ROWS_BEFORE_COMPACTION = 256;
const RUNS_COUNTED_MAX = 50_000;

export interface LoggedPoint {
  readonly key: number;
  readonly point: MetricPoint;
}

interface Waiting {
  readonly run: number;
  readonly points: readonly LoggedPoint[];
  resolve(): void;
  reject(error: unknown): void;
}

interface Latest {
  readonly run: number;
  readonly key: number;
  point: MetricPoint;
}

/**
 * Takes points in. Requests that arrive while the disk is busy share one write: one log row for each run, one row for
 * the latest value of each key.
 */
export class MetricLog {
  readonly #context: StoreContext;
  readonly #texts = new Map<string, string>();
  readonly #logRows = new Map<number, number>();
  readonly #compacting = new Set<number>();
  #waiting: Waiting[] = [];
  #flushesInFlight = 0;
  #isScheduled = false;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Resolves once the points are durable. */
  append(run: number, points: readonly LoggedPoint[]): Promise<void> {
    if (points.length === 0) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ run, points, resolve, reject });
      this.#schedule();
    });
  }

  /** Packs what the log holds of a run that has ended. */
  async compact(run: number): Promise<void> {
    if (this.#compacting.has(run)) return;
    this.#compacting.add(run);
    try {
      await compactRun(this.#context, run);
      this.#logRows.delete(run);
    } catch {
      // The log stays as it is and is read as well as chunks are; whatever hinders the disk also fails the next write,
      // where somebody hears of it. The next append tries again.
    } finally {
      this.#compacting.delete(run);
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#flushesInFlight >= FLUSHES_IN_FLIGHT_MAX) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const taken = this.#take();
    if (taken.length === 0) return;
    this.#flushesInFlight += 1;
    try {
      await this.#context.database.write(this.#steps(taken));
      for (const waiting of taken) waiting.resolve();
      this.#count(taken);
    } catch (error) {
      for (const waiting of taken) waiting.reject(error);
    } finally {
      this.#flushesInFlight -= 1;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  #take(): Waiting[] {
    let pointCount = 0;
    let length = 0;
    while (length < this.#waiting.length && pointCount < POINTS_PER_FLUSH_MAX) {
      pointCount += this.#waiting[length]?.points.length ?? 0;
      length += 1;
    }
    return this.#waiting.splice(0, length);
  }

  #steps(taken: readonly Waiting[]) {
    const byRun = groupByRun(taken);
    const logRows = [...byRun].map(([run, series]) => [
      run,
      packPoints([...series].map(([key, points]) => ({ key, points }))),
    ]);
    const latestRows = pickLatest(byRun).map(({ run, key, point }) => {
      const isNan = Number.isNaN(point.value);
      return [run, key, isNan ? 0 : point.value, isNan ? 1 : 0, point.step, point.at];
    });
    return [
      ...this.#statements("INSERT INTO metric_log (run, points) VALUES ", "", logRows),
      ...this.#statements(
        "INSERT INTO latest_metrics (run, key, value, is_nan, step, at) VALUES ",
        ` ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan,
            step = excluded.step, at = excluded.at
          WHERE (excluded.step, excluded.at, excluded.value) > (latest_metrics.step, latest_metrics.at, latest_metrics.value)`,
        latestRows,
      ),
    ];
  }

  /** Statements of at most 64 rows each, in sizes that are powers of two, so that few texts are prepared. */
  #statements(head: string, tail: string, rows: readonly (readonly (number | Uint8Array)[])[]) {
    return inPowersOfTwo(rows).map((block) => {
      const columnCount = block[0]?.length ?? 0;
      const text = this.#text(head, tail, [block.length, columnCount]);
      return asCompilable(CompiledQuery.raw(text, block.flat()));
    });
  }

  #text(head: string, tail: string, [rowCount, columnCount]: readonly [number, number]): string {
    const name = `${head} ${rowCount}`;
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const isSqlite = this.#context.database.dialect === "sqlite";
    const row = (index: number) =>
      Array.from({ length: columnCount }, (_, column) => (isSqlite ? "?" : `$${index * columnCount + column + 1}`));
    const rows = Array.from({ length: rowCount }, (_, index) => `(${row(index).join(", ")})`);
    const text = `${head}${rows.join(", ")}${tail}`;
    this.#texts.set(name, text);
    return text;
  }

  #count(taken: readonly Waiting[]): void {
    if (this.#logRows.size > RUNS_COUNTED_MAX) this.#logRows.clear();
    for (const run of new Set(taken.map((waiting) => waiting.run))) {
      const count = (this.#logRows.get(run) ?? 0) + 1;
      this.#logRows.set(run, count);
      if (count >= LOG_ROWS_BEFORE_COMPACTION) void this.compact(run);
    }
  }
}

function groupByRun(taken: readonly Waiting[]): Map<number, Map<number, MetricPoint[]>> {
  const byRun = new Map<number, Map<number, MetricPoint[]>>();
  for (const { run, points } of taken) {
    let series = byRun.get(run);
    if (series === undefined) byRun.set(run, (series = new Map()));
    for (const { key, point } of points) {
      const known = series.get(key);
      if (known === undefined) series.set(key, [point]);
      else known.push(point);
    }
  }
  return byRun;
}

function pickLatest(byRun: ReadonlyMap<number, ReadonlyMap<number, readonly MetricPoint[]>>): Latest[] {
  const rows: Latest[] = [];
  for (const [run, series] of byRun) {
    for (const [key, points] of series) {
      const latest = points.reduce((best, point) => (isLater(point, best) ? point : best));
      rows.push({ run, key, point: latest });
    }
  }
  return rows;
}

function inPowersOfTwo<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  return inBlocks(rows, ROWS_PER_STATEMENT_MAX).flatMap((block) => {
    const parts: (readonly Row[])[] = [];
    let start = 0;
    while (start < block.length) {
      const size = 2 ** Math.floor(Math.log2(block.length - start));
      parts.push(block.slice(start, start + size));
      start += size;
    }
    return parts;
  });
}
