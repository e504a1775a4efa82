import { compareArrival, type SeatRequest } from "../../domain/placement/seat-request.ts";

/** Waiting jobs of one submitter in one class, in the order of their arrival. */
export class WaitingLane {
  readonly #jobs: SeatRequest[] = [];
  /** Nodes that the jobs before each one need together; holds for the first `#summed` jobs. */
  readonly #sums: number[] = [];
  #summed = 0;
  /** Jobs of other lanes that came later and went first since the last one of this lane. */
  passedOver = 0;

  get size(): number {
    return this.#jobs.length;
  }

  add(job: SeatRequest): void {
    const index = this.indexOf(job);
    this.#jobs.splice(index, 0, job);
    this.#summed = Math.min(this.#summed, index);
  }

  delete(job: SeatRequest): void {
    const index = this.indexOf(job);
    if (this.#jobs[index]?.key !== job.key) return;
    this.#jobs.splice(index, 1);
    this.#summed = Math.min(this.#summed, index);
  }

  find(matches: (job: SeatRequest) => boolean): SeatRequest | undefined {
    return this.#jobs.find(matches);
  }

  keys(): string[] {
    return this.#jobs.map(({ key }) => key);
  }

  at(index: number): SeatRequest | undefined {
    return this.#jobs[index];
  }

  /** Index of the job, or where it belongs. */
  indexOf(job: SeatRequest): number {
    return lowerBound(this.#jobs.length, (index) => {
      const other = this.#jobs[index];
      return other !== undefined && compareArrival(other, job) < 0;
    });
  }

  /** Nodes that the jobs before the one at `index` need together. */
  sumBefore(index: number): number {
    for (; this.#summed <= index; this.#summed += 1) {
      const before = this.#summed === 0 ? 0 : (this.#sums[this.#summed - 1] ?? 0);
      this.#sums[this.#summed] = this.#summed === 0 ? 0 : before + (this.#jobs[this.#summed - 1]?.nodeCount ?? 0);
    }
    return this.#sums[index] ?? 0;
  }

  /** Nodes that all jobs need together. */
  sum(): number {
    return this.sumBefore(this.#jobs.length);
  }

  /** Jobs of this lane whose turn comes before a turn at `load` nodes of another submitter's job. */
  countBefore(load: number, job: SeatRequest, ownLoad: number): number {
    return lowerBound(this.#jobs.length, (index) => {
      const other = this.#jobs[index];
      const otherLoad = ownLoad + this.sumBefore(index);
      return otherLoad < load || (otherLoad === load && other !== undefined && compareArrival(other, job) < 0);
    });
  }
}

function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
