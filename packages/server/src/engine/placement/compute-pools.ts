import type { Clock } from "../../base/clock.ts";
import { needsOf, type Lack, type Need, type Share } from "../../domain/placement/capacity.ts";
import { explainWait } from "../../domain/placement/explain-wait.ts";
import { compareTurn, type SeatRequest } from "../../domain/placement/seat-request.ts";
import { MachineShares, type MachineShareLimits } from "./machine-shares.ts";
import type { PoolConfig } from "./pool-config.ts";
import { PoolRecord, type Eviction, type SeatRecord } from "./pool-record.ts";
import { pickVictims } from "./pick-victims.ts";

export interface PoolNode {
  readonly index: number;
  readonly jobKey: string | undefined;
  /** Since when it does what it does; milliseconds since 1970. */
  readonly since: number;
  readonly gpus: readonly number[];
  /** `leaving`: goes when its job ends or is gone. `preempted`: its job has to leave. */
  readonly duty: "idle" | "busy" | "leaving" | "preempted";
}

export type Seat =
  | { readonly kind: "assigned"; readonly nodes: readonly number[]; readonly gpus: readonly (readonly number[])[] }
  | { readonly kind: "waits"; readonly reason: string };

/** Where a job was before a restart. */
export interface HeldSeat {
  readonly nodes: readonly number[];
  readonly gpus: readonly (readonly number[])[];
}

const PREEMPTED = "other work needs the machine";

/**
 * Who runs on which nodes and who waits, for all computes. A job gets all of its nodes at once or none. Lives in memory:
 * after a restart `claim` puts jobs that still run back on their nodes before anybody asks for a seat.
 */
export class ComputePools {
  readonly #clock: Clock;
  readonly #wake: (jobKey: string) => void;
  readonly #shares: MachineShares;
  readonly #pools = new Map<string, PoolRecord>();
  readonly #poolOfJob = new Map<string, PoolRecord>();

  /** @param wake Called with the key of a job that has just been given nodes, or has to leave them. */
  constructor(parts: { clock: Clock; wake: (jobKey: string) => void; machine: MachineShareLimits }) {
    this.#clock = parts.clock;
    this.#wake = parts.wake;
    this.#shares = new MachineShares(parts.machine);
  }

  /** GPUs of the machine. */
  get gpuCount(): number {
    return this.#shares.limits.get("gpus") ?? 0;
  }

  /** What is in use of what computes share, and how much there is. */
  get shares(): Pick<MachineShares, "limits" | "used"> {
    return this.#shares;
  }

  /** Sets how much of a share there is; jobs that fit because of it are woken. */
  setLimit(share: Share, limit: number | undefined): void {
    this.#shares.setLimit(share, limit);
    this.#place();
  }

  /** Sets what a compute offers now; jobs that fit because of it are woken. */
  configure(poolKey: string, config: PoolConfig): void {
    this.#ensurePool(poolKey, config).config = config;
    this.#place();
  }

  /** Nodes for the job, or why it has to wait. Asking again keeps the job's place. */
  request(poolKey: string, config: PoolConfig, job: SeatRequest): Seat {
    const pool = this.#ensurePool(poolKey, config);
    pool.config = config;
    const known = pool.seats.get(job.key);
    if (known !== undefined) return { kind: "assigned", nodes: known.nodes, gpus: known.gpus };
    pool.waiting.add(job);
    this.#poolOfJob.set(job.key, pool);
    this.#place(job.key);
    const seat = pool.seats.get(job.key);
    if (seat !== undefined) return { kind: "assigned", nodes: seat.nodes, gpus: seat.gpus };
    return { kind: "waits", reason: this.#explain(pool, job) };
  }

  /** Puts a job that already runs back on its nodes, whatever the pool's limits say now. */
  claim(poolKey: string, config: PoolConfig, claim: { job: SeatRequest; held: HeldSeat }): void {
    const { job, held } = claim;
    const pool = this.#ensurePool(poolKey, config);
    if (pool.seats.has(job.key)) return;
    pool.waiting.delete(job.key);
    this.#shares.claimGpus(held.gpus);
    this.#seat(pool, job, { nodes: pool.pickNodes(job.nodeCount, held.nodes), gpus: held.gpus });
  }

  isSeated(jobKey: string): boolean {
    return this.#poolOfJob.get(jobKey)?.seats.has(jobKey) ?? false;
  }

  /** Why the job has to leave its nodes; `undefined` while it may stay. */
  evictionOf(jobKey: string): Eviction | undefined {
    return this.#poolOfJob.get(jobKey)?.seats.get(jobKey)?.eviction;
  }

  /** Takes the job out, whether it runs or waits, and gives its nodes to the next. */
  release(jobKey: string): void {
    const pool = this.#poolOfJob.get(jobKey);
    if (pool === undefined) return;
    this.#poolOfJob.delete(jobKey);
    pool.waiting.delete(jobKey);
    const seat = pool.seats.get(jobKey);
    if (seat !== undefined) {
      pool.unseat(seat, this.#clock.now());
      this.#shares.giveBack(needs(pool, seat.request));
      this.#shares.giveBackGpus(seat.gpus);
    }
    this.#place();
  }

  /** Has jobs of low priority leave, as if other work needed their nodes; answers their keys. */
  preempt(poolKey: string, wish: { node?: number; reason: string }): readonly string[] {
    const pool = this.#pools.get(poolKey);
    const seats = [...(pool?.seats.values() ?? [])].filter(
      ({ request, nodes, eviction }) =>
        eviction === undefined && request.isPreemptible && (wish.node === undefined || nodes.includes(wish.node)),
    );
    for (const seat of seats) this.#evict(seat, { kind: "preempted", reason: wish.reason });
    return seats.map(({ request }) => request.key);
  }

  /** Has all jobs leave a compute that goes, and those look again who wait for it; answers how many still run. */
  close(poolKey: string, reason: string): number {
    const pool = this.#pools.get(poolKey);
    if (pool === undefined) return 0;
    for (const seat of pool.seats.values()) {
      if (seat.eviction?.kind !== "closed") this.#evict(seat, { kind: "closed", reason });
    }
    for (const key of pool.waiting.keys()) this.#wake(key);
    return pool.seats.size;
  }

  /** Why the job waits at this moment; `undefined` when it does not. */
  explain(jobKey: string): string | undefined {
    const pool = this.#poolOfJob.get(jobKey);
    const job = pool?.waiting.get(jobKey);
    return pool === undefined || job === undefined ? undefined : this.#explain(pool, job);
  }

  /** Nodes that exist now: busy ones, those kept at least, and idle ones within their time. */
  listNodes(poolKey: string, config: PoolConfig): readonly PoolNode[] {
    const pool = this.#ensurePool(poolKey, config);
    const now = this.#clock.now();
    return pool.listNodes(now).map(({ index, idleSince }) => {
      const seat = pool.seatOnNode(index);
      if (seat === undefined) return { index, jobKey: undefined, since: idleSince ?? now, gpus: [], duty: "idle" };
      const isLeaving = seat.eviction?.kind === "closed" || index >= pool.config.nodeCountMax;
      const duty = seat.eviction?.kind === "preempted" ? "preempted" : isLeaving ? "leaving" : "busy";
      const gpus = seat.gpus[seat.nodes.indexOf(index)] ?? [];
      return { index, jobKey: seat.request.key, since: seat.since, gpus, duty };
    });
  }

  waitingCount(poolKey: string): number {
    return this.#pools.get(poolKey)?.waiting.size ?? 0;
  }

  #ensurePool(poolKey: string, config: PoolConfig): PoolRecord {
    const existing = this.#pools.get(poolKey);
    if (existing !== undefined) return existing;
    const pool = new PoolRecord(poolKey, config);
    this.#pools.set(poolKey, pool);
    return pool;
  }

  #explain(pool: PoolRecord, job: SeatRequest): string {
    const { name, nodeCountMax, isStopped } = pool.config;
    const first = this.#firstOf(pool);
    return explainWait({
      poolName: name,
      nodeCountMax,
      isStopped,
      busyCount: pool.busyCount,
      nodeCount: job.nodeCount,
      position: pool.waiting.position(job.key, pool.loadOf),
      firstNodeCount: first?.nodeCount ?? job.nodeCount,
      lack: this.#shares.findLacks(needs(pool, job))[0] ?? pool.lack,
    });
  }

  /** Seats whoever can be seated, in the order of their turns. */
  #place(asker?: string): void {
    for (;;) {
      const seated = this.#seatNext();
      if (seated === undefined) break;
      if (seated !== asker) this.#wake(seated);
    }
    this.#makeRoom();
  }

  #seatNext(): string | undefined {
    const blocked = new Set<Share>();
    for (const { pool, job } of this.#listFirst()) {
      pool.lack = undefined;
      if (pool.freeCount >= job.nodeCount) {
        const wanted = needs(pool, job);
        const lacks = this.#shares.findLacks(wanted);
        pool.lack = lacks[0] ?? this.#blockedLack(wanted, blocked);
        if (pool.lack === undefined) {
          const gpus = this.#shares.takeGpus(job.nodeCount, job.gpusPerNode);
          pool.waiting.take(job);
          this.#seat(pool, job, { nodes: pool.pickNodes(job.nodeCount), gpus });
          return job.key;
        }
        // What one compute's next job waits for is not given to another's that comes later.
        for (const { share } of lacks) blocked.add(share);
      }
      pool.waiting.hold(job.key);
    }
    return undefined;
  }

  #blockedLack(wanted: readonly Need[], blocked: ReadonlySet<Share>): Lack | undefined {
    const need = wanted.find(({ share, isHeldUp }) => isHeldUp && blocked.has(share));
    return need === undefined ? undefined : this.#shares.describe(need.share, need.amount);
  }

  /** Has preemptible jobs leave where other work needs what they have. */
  #makeRoom(): void {
    const seats = [...this.#pools.values()].flatMap((pool) =>
      [...pool.seats.values()].filter(({ request }) => request.isPreemptible).map((seat) => ({ pool, seat })),
    );
    if (seats.length === 0) return;
    const holders = seats.map(({ pool, seat }) => ({ seat, needs: needs(pool, seat.request) }));
    this.#preempt(pickVictims(holders, this.#shares.describe("spare", 0)));
    const blocked = new Set<Share>();
    for (const { pool, job } of this.#listFirst()) {
      if (job.isPreemptible || pool.freeCount < job.nodeCount) continue;
      const wanted = needs(pool, job);
      const lacks = this.#shares.findLacks(wanted);
      const victims = lacks.map((lack) => pickVictims(holders, lack));
      // What does not help this job, or cannot be given to it, does not help those behind it either.
      if (this.#blockedLack(wanted, blocked) !== undefined || victims.includes(undefined)) {
        for (const { share } of lacks) blocked.add(share);
      } else {
        for (const some of victims) this.#preempt(some);
      }
    }
  }

  #preempt(seats: readonly SeatRecord[] | undefined): void {
    for (const seat of seats ?? []) {
      if (seat.eviction === undefined) this.#evict(seat, { kind: "preempted", reason: PREEMPTED });
    }
  }

  #listFirst(): { pool: PoolRecord; job: SeatRequest }[] {
    return [...this.#pools.values()]
      .flatMap((pool) => {
        const job = pool.waiting.size === 0 || pool.config.isStopped ? undefined : this.#firstOf(pool);
        return job === undefined ? [] : [{ pool, job }];
      })
      .sort((left, right) => compareTurn(left.job, right.job));
  }

  #firstOf(pool: PoolRecord): SeatRequest | undefined {
    return pool.waiting.first(pool.loadOf, (job) => job.nodeCount <= pool.config.nodeCountMax);
  }

  #seat(pool: PoolRecord, job: SeatRequest, place: HeldSeat): void {
    pool.seat({ request: job, ...place, since: this.#clock.now(), eviction: undefined });
    this.#poolOfJob.set(job.key, pool);
    this.#shares.take(needs(pool, job));
  }

  #evict(seat: SeatRecord, eviction: Eviction): void {
    seat.eviction = eviction;
    this.#wake(seat.request.key);
  }
}

function needs(pool: PoolRecord, job: SeatRequest): readonly Need[] {
  return needsOf(job, pool.config.workspaceKey);
}
