/** Longest wait for a timer: it stands still while the machine sleeps, so the clock is looked at this often. */
const TIMER_MS_MAX = 30_000;

interface Entry {
  readonly key: string;
  readonly at: number;
}

/**
 * Keys with the time at which each is due. A key is there once; an earlier time wins.
 * `onDue` is called when keys may be taken.
 *
 * What is due waits in the order it came; what is due later in a heap, so that ten thousand waiting jobs cost nothing
 * while one of them is taken.
 */
export class DueQueue {
  readonly #ready = new Set<string>();
  readonly #laterAt = new Map<string, number>();
  /** A binary heap by time; entries whose time is no longer in `#laterAt` are dead. */
  readonly #heap: Entry[] = [];
  readonly #onDue: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #isAnnounced = false;
  #isClosed = false;

  constructor(now: () => number, onDue: () => void) {
    this.#now = now;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#ready.size + this.#laterAt.size;
  }

  add(key: string, at: number): void {
    if (this.#isClosed || this.#ready.has(key)) return;
    if (at <= this.#now()) {
      this.#laterAt.delete(key);
      this.#ready.add(key);
      this.#announce();
      return;
    }
    const known = this.#laterAt.get(key);
    if (known !== undefined && known <= at) return;
    this.#laterAt.set(key, at);
    push(this.#heap, { key, at });
    this.#arm();
  }

  /** Takes up to `count` due keys that `isFree` allows; the others stay. */
  take(count: number, isFree: (key: string) => boolean): string[] {
    this.#ripen();
    const taken: string[] = [];
    for (const key of this.#ready) {
      if (taken.length >= count) break;
      if (isFree(key)) taken.push(key);
    }
    for (const key of taken) this.#ready.delete(key);
    this.#arm();
    return taken;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#ready.clear();
    this.#laterAt.clear();
    this.#heap.length = 0;
  }

  /** Moves what has become due to the ready ones. */
  #ripen(): void {
    const now = this.#now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      pop(this.#heap);
      if (this.#laterAt.get(first.key) !== first.at) continue;
      this.#laterAt.delete(first.key);
      this.#ready.add(first.key);
    }
  }

  #announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    setImmediate(() => {
      this.#isAnnounced = false;
      if (!this.#isClosed) this.#onDue();
    });
  }

  #arm(): void {
    const at = this.#heap[0]?.at;
    if (this.#isClosed || at === undefined || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const waitMs = Math.min(Math.max(at - this.#now(), 0), TIMER_MS_MAX);
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#onDue();
    }, waitMs);
  }
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || parent.at <= entry.at) break;
    heap[index] = parent;
    heap[above] = entry;
    index = above;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const isRight = right !== undefined && left !== undefined && right.at < left.at;
    const child = isRight ? right : left;
    if (child === undefined || child.at >= last.at) return;
    const below = 2 * index + (isRight ? 2 : 1);
    heap[index] = child;
    heap[below] = last;
    index = below;
  }
}
