import { Cron } from "croner";

import { WALL_DISORDER_MS, type ZonedTime } from "./zoned-time.ts";

const FIELD_COUNT = 5;
/** Clock changes that are stepped over in one search. */
const CHANGES_MAX = 50;
const DISORDERED_RUNS_MAX = 1_000;

/** A five-field cron expression, checked. */
export interface CronExpression {
  /** The first time of a UTC clock after another that fits; `undefined` when there is none. */
  nextWall(after: number): number | undefined;
  /** Runs by the hour rather than at chosen hours: an hour that comes twice counts twice. */
  readonly isHourly: boolean;
}

/** @returns The expression, or a sentence that says what is wrong with it. */
export function parseCron(text: string): CronExpression | string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELD_COUNT) {
    return `'${text}' is no cron expression: write the five fields minute, hour, day of month, month and day of week.`;
  }
  try {
    // Asked for times of a UTC clock alone: what a change of the clock means is Azure's rule, not the library's.
    const cron = new Cron(fields.join(" "), { timezone: "UTC", paused: true });
    const nextWall = (after: number) => cron.nextRun(new Date(after))?.getTime();
    if (nextWall(0) === undefined) return `The cron expression '${text}' names a day that never comes.`;
    return { nextWall, isHourly: fields[1]?.startsWith("*") === true };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `'${text}' is no cron expression: ${reason}`;
  }
}

/** The first instant after another at which the expression fits the zone's clock. */
export function nextCronRun(cron: CronExpression, zone: ZonedTime, after: number): number | undefined {
  return cron.isHourly ? nextHourly(cron, zone, after) : nextAtWall((wall) => cron.nextWall(wall), zone, after);
}

/** Every hour that really passes counts: none of those skipped, both of one that comes twice. */
function nextHourly(cron: CronExpression, zone: ZonedTime, after: number): number | undefined {
  let from = after;
  for (let changes = 0; changes < CHANGES_MAX; changes += 1) {
    const offset = zone.offsetAt(from);
    const wall = cron.nextWall(from + offset);
    if (wall === undefined) return undefined;
    const instant = wall - offset;
    if (zone.offsetAt(instant) === offset) return instant;
    const change = zone.changeBetween(from, instant);
    const first = change + zone.offsetAt(change);
    if (cron.nextWall(first - 1) === first) return change;
    from = change;
  }
  return undefined;
}

/**
 * The first instant after another among wall times that a search gives in order; each wall time counts once, whatever
 * the clock does. Around a change, the order of instants is not that of wall times.
 */
export function nextAtWall(
  nextWall: (after: number) => number | undefined,
  zone: ZonedTime,
  after: number,
): number | undefined {
  let wall = nextWall(zone.wallOf(after) - WALL_DISORDER_MS);
  for (let tries = 0; wall !== undefined && zone.instantOf(wall) <= after; tries += 1) {
    if (tries >= DISORDERED_RUNS_MAX) return undefined;
    wall = nextWall(wall);
  }
  if (wall === undefined) return undefined;
  let best = zone.instantOf(wall);
  if (!zone.changesNear(best)) return best;
  const end = wall + WALL_DISORDER_MS;
  for (let next = nextWall(wall); next !== undefined && next < end; next = nextWall(next)) {
    const instant = zone.instantOf(next);
    if (instant > after && instant < best) best = instant;
  }
  return best;
}
