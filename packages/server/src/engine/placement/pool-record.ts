import type { SeatRequest } from "../../domain/placement/seat-request.ts";
import type { Lack } from "../../domain/placement/capacity.ts";
import type { PoolConfig } from "./pool-config.ts";
import { WaitingQueue } from "./waiting-queue.ts";

/** A job on its nodes. */
export interface SeatRecord {
  readonly request: SeatRequest;
  /** Indexes of its nodes, by the job's own count. */
  readonly nodes: readonly number[];
  /** GPUs that each of its nodes has for itself. */
  readonly gpus: readonly (readonly number[])[];
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Why the job has to leave; `undefined` while it may stay. */
  eviction: Eviction | undefined;
}

export interface Eviction {
  /** `preempted`: it is to begin anew later. `closed`: its compute goes. */
  readonly kind: "preempted" | "closed";
  /** A sentence for people. */
  readonly reason: string;
}

/** One compute: its nodes, who is on them and who waits. */
export class PoolRecord {
  readonly key: string;
  config: PoolConfig;
  readonly seats = new Map<string, SeatRecord>();
  readonly waiting = new WaitingQueue();
  /** What the machine lacks for whoever is next. */
  lack: Lack | undefined;
  readonly #jobOfNode = new Map<number, string>();
  readonly #idleSince = new Map<number, number>();
  readonly #loads = new Map<string, number>();

  constructor(key: string, config: PoolConfig) {
    this.key = key;
    this.config = config;
  }

  get busyCount(): number {
    return this.#jobOfNode.size;
  }

  get freeCount(): number {
    return this.config.isStopped ? 0 : this.config.nodeCountMax - this.#jobOfNode.size;
  }

  /** Nodes that a submitter has. */
  readonly loadOf = (submitter: string): number => this.#loads.get(submitter) ?? 0;

  seatOnNode(index: number): SeatRecord | undefined {
    return this.seats.get(this.#jobOfNode.get(index) ?? "");
  }

  /** Lowest nodes without a job; those wished for first, where they are free. */
  pickNodes(count: number, wished: readonly number[] = []): number[] {
    const picked = wished.filter((index) => !this.#jobOfNode.has(index)).slice(0, count);
    for (let index = 0; picked.length < count; index += 1) {
      if (!this.#jobOfNode.has(index) && !picked.includes(index)) picked.push(index);
    }
    return picked;
  }

  seat(seat: SeatRecord): void {
    const { key, submitter, nodeCount } = seat.request;
    this.seats.set(key, seat);
    for (const index of seat.nodes) {
      this.#jobOfNode.set(index, key);
      this.#idleSince.delete(index);
    }
    this.#loads.set(submitter, this.loadOf(submitter) + nodeCount);
  }

  /** @param now Since when the nodes are idle; milliseconds since 1970. */
  unseat(seat: SeatRecord, now: number): void {
    const { key, submitter, nodeCount } = seat.request;
    this.seats.delete(key);
    for (const index of seat.nodes) {
      this.#jobOfNode.delete(index);
      this.#idleSince.set(index, now);
    }
    const load = this.loadOf(submitter) - nodeCount;
    if (load > 0) this.#loads.set(submitter, load);
    else this.#loads.delete(submitter);
  }

  /** Indexes of the nodes that exist: busy ones, those kept at least, and idle ones within their time. */
  listNodes(now: number): readonly { index: number; idleSince: number | undefined }[] {
    const { isStopped, nodeCountMin, nodeCountMax, idleMs } = this.config;
    const kept = isStopped ? 0 : Math.min(nodeCountMin, nodeCountMax);
    const indexes = new Set([...Array.from({ length: kept }, (_, index) => index), ...this.#jobOfNode.keys()]);
    for (const [index, since] of this.#idleSince) {
      const isOver = isStopped || index >= nodeCountMax || now - since >= idleMs;
      if (!isOver) indexes.add(index);
      else if (index >= kept) this.#idleSince.delete(index);
    }
    return [...indexes]
      .sort((left, right) => left - right)
      .map((index) => ({ index, idleSince: this.#idleSince.get(index) }));
  }
}
