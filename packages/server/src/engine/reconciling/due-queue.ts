/** Longest time that a timer of Node can wait. */
const TIMER_MS_MAX = 2_147_483_647;

/**
 * Keys with the time at which each is due, the earliest first. A key is there once; an earlier time wins.
 * `onDue` is called when the first key may be taken.
 */
export class DueQueue {
  readonly #dueAt = new Map<string, number>();
  readonly #onDue: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(now: () => number, onDue: () => void) {
    this.#now = now;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#dueAt.size;
  }

  add(key: string, at: number): void {
    const known = this.#dueAt.get(key);
    if (known !== undefined && known <= at) return;
    this.#dueAt.set(key, at);
    this.#arm(at);
  }

  /** Takes up to `count` due keys that `isFree` allows; the others stay. */
  take(count: number, isFree: (key: string) => boolean): string[] {
    const now = this.#now();
    const taken: string[] = [];
    let nextAt = Number.POSITIVE_INFINITY;
    for (const [key, at] of this.#dueAt) {
      if (taken.length >= count) break;
      if (!isFree(key)) continue;
      if (at <= now) taken.push(key);
      else nextAt = Math.min(nextAt, at);
    }
    for (const key of taken) this.#dueAt.delete(key);
    if (nextAt < Number.POSITIVE_INFINITY) this.#arm(nextAt);
    return taken;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#dueAt.clear();
  }

  #arm(at: number): void {
    if (this.#isClosed || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const waitMs = Math.min(Math.max(at - this.#now(), 0), TIMER_MS_MAX);
    const fire = () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#onDue();
    };
    if (waitMs === 0) {
      this.#timer = undefined;
      setImmediate(fire);
    } else {
      this.#timer = setTimeout(fire, waitMs);
    }
  }
}
