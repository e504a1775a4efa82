import { compareArrival, type SeatRequest } from "../../domain/placement/seat-request.ts";
import { WaitingLane } from "./waiting-lane.ts";

/** Later jobs of others that may go before a job, because its submitter has more nodes than they have. */
export const PASSED_OVER_MAX = 50;

/** Nodes that a submitter has now. */
export type LoadOf = (submitter: string) => number;

/**
 * Jobs that wait for one compute. The highest class goes first; within it the submitter with the fewest nodes, and of
 * each submitter the job that came first. A job that is next but does not fit yet is held: nobody of its class passes
 * it, so that small jobs cannot starve a big one. Ten thousand waiting jobs cost no more at each turn than ten.
 */
export class WaitingQueue {
  readonly #jobs = new Map<string, SeatRequest>();
  readonly #classes = new Map<number, Map<string, WaitingLane>>();
  #held: string | undefined;

  get size(): number {
    return this.#jobs.size;
  }

  has(key: string): boolean {
    return this.#jobs.has(key);
  }

  get(key: string): SeatRequest | undefined {
    return this.#jobs.get(key);
  }

  keys(): string[] {
    return [...this.#jobs.keys()];
  }

  /** A job that waits already keeps its place, unless it now asks for something else. */
  add(job: SeatRequest): void {
    const known = this.#jobs.get(job.key);
    if (known !== undefined && isSame(known, job)) return;
    this.delete(job.key);
    this.#jobs.set(job.key, job);
    const lanes = this.#classes.get(job.turnClass) ?? new Map<string, WaitingLane>();
    this.#classes.set(job.turnClass, lanes);
    const lane = lanes.get(job.submitter) ?? new WaitingLane();
    lanes.set(job.submitter, lane);
    lane.add(job);
  }

  delete(key: string): void {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    if (this.#held === key) this.#held = undefined;
    const lanes = this.#classes.get(job.turnClass);
    const lane = lanes?.get(job.submitter);
    lane?.delete(job);
    if (lane?.size === 0) lanes?.delete(job.submitter);
    if (lanes?.size === 0) this.#classes.delete(job.turnClass);
  }

  /** Takes the job out because it got its nodes. */
  take(job: SeatRequest): void {
    for (const [submitter, lane] of this.#classes.get(job.turnClass) ?? []) {
      const first = lane.at(0);
      if (submitter === job.submitter) lane.passedOver = 0;
      else if (first !== undefined && compareArrival(first, job) < 0) lane.passedOver += 1;
    }
    this.delete(job.key);
  }

  /** Nobody of the job's class goes before it from now on. */
  hold(key: string): void {
    this.#held = key;
  }

  /**
   * Whose turn it is.
   *
   * @param canFit Jobs that can never fit are no hindrance to the others.
   */
  first(loadOf: LoadOf, canFit: (job: SeatRequest) => boolean): SeatRequest | undefined {
    const held = this.#jobs.get(this.#held ?? "");
    for (const turnClass of [...this.#classes.keys()].sort((left, right) => right - left)) {
      if (held?.turnClass === turnClass && canFit(held)) return held;
      const next = firstOfClass(this.#classes.get(turnClass) ?? new Map(), loadOf, canFit);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Place in the queue, counted from 1; 0 for a job that does not wait. Nodes that become free meanwhile are not foreseen. */
  position(key: string, loadOf: LoadOf): number {
    const job = this.#jobs.get(key);
    if (job === undefined) return 0;
    if (key === this.#held) return 1;
    const higher = [...this.#classes].filter(([turnClass]) => turnClass > job.turnClass).map(([, lanes]) => lanes);
    const loadThen = (submitter: string) =>
      higher.reduce((load, lanes) => load + (lanes.get(submitter)?.sum() ?? 0), loadOf(submitter));
    let before = countBefore(job, this.#classes.get(job.turnClass) ?? new Map(), loadThen);
    for (const lanes of higher) for (const lane of lanes.values()) before += lane.size;
    const isHeldBefore = this.#jobs.get(this.#held ?? "")?.turnClass === job.turnClass;
    return Math.max(before, isHeldBefore ? 1 : 0) + 1;
  }
}

function isSame(left: SeatRequest, right: SeatRequest): boolean {
  return (
    left.since === right.since &&
    left.nodeCount === right.nodeCount &&
    left.turnClass === right.turnClass &&
    left.submitter === right.submitter &&
    left.gpusPerNode === right.gpusPerNode &&
    left.isPreemptible === right.isPreemptible
  );
}

function firstOfClass(
  lanes: ReadonlyMap<string, WaitingLane>,
  loadOf: LoadOf,
  canFit: (job: SeatRequest) => boolean,
): SeatRequest | undefined {
  let best: { job: SeatRequest; passedOver: number; load: number } | undefined;
  for (const [submitter, lane] of lanes) {
    const job = lane.find(canFit);
    if (job === undefined) continue;
    const passedOver = lane.passedOver >= PASSED_OVER_MAX ? lane.passedOver : 0;
    const candidate = { job, passedOver, load: loadOf(submitter) };
    if (best === undefined || goesBefore(candidate, best)) best = candidate;
  }
  return best?.job;
}

function goesBefore(
  left: { job: SeatRequest; passedOver: number; load: number },
  right: { job: SeatRequest; passedOver: number; load: number },
): boolean {
  if (left.passedOver !== right.passedOver) return left.passedOver > right.passedOver;
  if (left.load !== right.load) return left.load < right.load;
  return compareArrival(left.job, right.job) < 0;
}

function countBefore(job: SeatRequest, lanes: ReadonlyMap<string, WaitingLane>, loadOf: LoadOf): number {
  const own = lanes.get(job.submitter);
  const index = own?.indexOf(job) ?? 0;
  const load = loadOf(job.submitter) + (own?.sumBefore(index) ?? 0);
  let before = index;
  for (const [submitter, lane] of lanes) {
    if (submitter !== job.submitter) before += lane.countBefore(load, job, loadOf(submitter));
  }
  return before;
}
