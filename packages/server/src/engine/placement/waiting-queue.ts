import { compareWaiting, type WaitingJob } from "../../domain/placement/place-queue.ts";

/** Jobs in the order of their turn. Ten thousand of them cost no more at each turn than ten. */
export class WaitingQueue {
  readonly #jobs = new Map<string, WaitingJob>();
  readonly #ordered: WaitingJob[] = [];

  get size(): number {
    return this.#jobs.size;
  }

  has(key: string): boolean {
    return this.#jobs.has(key);
  }

  /** A job that waits already keeps its place, unless it now says another time. */
  add(job: WaitingJob): void {
    const known = this.#jobs.get(job.key);
    if (known?.since === job.since) return;
    this.delete(job.key);
    this.#jobs.set(job.key, job);
    this.#ordered.splice(this.#indexOf(job), 0, job);
  }

  delete(key: string): void {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    this.#ordered.splice(this.#indexOf(job), 1);
  }

  first(count: number): readonly WaitingJob[] {
    return this.#ordered.slice(0, Math.max(0, count));
  }

  /** Place in the queue, counted from 1; 0 for a job that does not wait. */
  position(key: string): number {
    const job = this.#jobs.get(key);
    return job === undefined ? 0 : this.#indexOf(job) + 1;
  }

  /** Index of the job, or where it belongs. */
  #indexOf(job: WaitingJob): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#ordered[middle];
      if (other !== undefined && compareWaiting(other, job) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
