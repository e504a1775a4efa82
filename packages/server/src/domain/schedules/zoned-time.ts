const HOUR_MS = 3_600_000;
/** No clock change of today's zones is longer; one day of Samoa that never was does not come back. */
const SHIFT_MS_MAX = 3 * HOUR_MS;

/**
 * The wall clock of one time zone. A wall time is written as milliseconds since 1970 as though the clock showed UTC:
 * such numbers count and compare as people read clocks.
 */
export class ZonedTime {
  readonly #format: Intl.DateTimeFormat;

  /** @param zone An IANA name that the runtime knows. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** What the clock shows at an instant. */
  wallOf(instant: number): number {
    const parts = new Map(this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const date = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return date + modulo(instant, 1_000);
  }

  /** Milliseconds that the clock is ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    return this.wallOf(instant) - instant;
  }

  /**
   * The instant at which the clock shows a wall time. A time that a change to summer skips moves on by what was
   * skipped (2:30 is 3:30); of a time that comes twice in autumn the first is meant.
   */
  instantOf(wall: number): number {
    const before = this.offsetAt(wall - SHIFT_MS_MAX - this.offsetAt(wall));
    const after = this.offsetAt(wall + SHIFT_MS_MAX - this.offsetAt(wall));
    const first = wall - before;
    if (before === after || this.offsetAt(first) === before) return first;
    const second = wall - after;
    return this.offsetAt(second) === after ? second : first;
  }

  /** Whether the clock is changed within the hours around an instant. */
  changesNear(instant: number): boolean {
    return this.offsetAt(instant - SHIFT_MS_MAX) !== this.offsetAt(instant + SHIFT_MS_MAX);
  }

  /** The first instant of another offset between two instants whose offsets differ. */
  changeBetween(earlier: number, later: number): number {
    const offset = this.offsetAt(earlier);
    let low = earlier;
    let high = later;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** How far around a wall time others may come to an earlier or later instant than their order says. */
export const WALL_DISORDER_MS = SHIFT_MS_MAX;

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
