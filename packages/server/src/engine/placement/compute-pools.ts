import type { Clock } from "../../base/clock.ts";
import { explainWait, placeQueue, type Pool, type WaitingJob } from "../../domain/placement/place-queue.ts";
import { WaitingQueue } from "./waiting-queue.ts";

/** What a compute lets its jobs use. */
export interface PoolConfig {
  /** Shown to people: `cpu-cluster`. */
  readonly name: string;
  readonly nodeCountMin: number;
  readonly nodeCountMax: number;
  /** How long a node without work stays; milliseconds. */
  readonly idleMs: number;
  readonly isStopped: boolean;
}

export interface PoolNode {
  readonly index: number;
  readonly jobKey: string | undefined;
  /** Since when it does what it does; milliseconds since 1970. */
  readonly since: number;
}

export type Seat =
  | { readonly kind: "assigned"; readonly node: number }
  | { readonly kind: "waits"; readonly reason: string };

interface PoolRecord {
  config: PoolConfig;
  readonly busy: Map<number, { jobKey: string; since: number }>;
  readonly idle: Map<number, number>;
  /** Where each job works. */
  readonly nodes: Map<string, number>;
  readonly waiting: WaitingQueue;
}

/**
 * Who runs on which node and who waits, for all computes. Lives in memory: after a restart `claim` puts jobs that
 * still run back on their nodes before anybody asks for a seat.
 */
export class ComputePools {
  readonly #clock: Clock;
  readonly #wake: (jobKey: string) => void;
  readonly #pools = new Map<string, PoolRecord>();
  readonly #poolOfJob = new Map<string, string>();

  /** @param wake Called with the key of a job that has just been given a node. */
  constructor(parts: { clock: Clock; wake: (jobKey: string) => void }) {
    this.#clock = parts.clock;
    this.#wake = parts.wake;
  }

  /** Sets what a compute offers now; jobs that fit because of it are woken. */
  configure(poolKey: string, config: PoolConfig): void {
    this.#ensurePool(poolKey, config).config = config;
    this.#place(poolKey);
  }

  /** A node for the job, or why it has to wait. Asking again keeps the job's place. */
  request(poolKey: string, config: PoolConfig, job: WaitingJob): Seat {
    const pool = this.#ensurePool(poolKey, config);
    pool.config = config;
    const seated = findNode(pool, job.key);
    if (seated !== undefined) return { kind: "assigned", node: seated };
    pool.waiting.add(job);
    this.#poolOfJob.set(job.key, poolKey);
    this.#place(poolKey, job.key);
    const node = findNode(pool, job.key);
    if (node !== undefined) return { kind: "assigned", node };
    return { kind: "waits", reason: explainWait(toPool(pool), pool.waiting.position(job.key)) };
  }

  /** Puts a job that already runs back on its node, whatever the pool's limits say now. */
  claim(poolKey: string, config: PoolConfig, jobKey: string): void {
    const pool = this.#ensurePool(poolKey, config);
    if (findNode(pool, jobKey) !== undefined) return;
    let node = 0;
    while (pool.busy.has(node)) node += 1;
    pool.waiting.delete(jobKey);
    pool.busy.set(node, { jobKey, since: this.#clock.now() });
    pool.nodes.set(jobKey, node);
    this.#poolOfJob.set(jobKey, poolKey);
  }

  isSeated(jobKey: string): boolean {
    const pool = this.#pools.get(this.#poolOfJob.get(jobKey) ?? "");
    return pool !== undefined && findNode(pool, jobKey) !== undefined;
  }

  /** Takes the job out, whether it runs or waits, and gives its node to the next. */
  release(jobKey: string): void {
    const poolKey = this.#poolOfJob.get(jobKey);
    const pool = poolKey === undefined ? undefined : this.#pools.get(poolKey);
    if (poolKey === undefined || pool === undefined) return;
    this.#poolOfJob.delete(jobKey);
    pool.waiting.delete(jobKey);
    const node = findNode(pool, jobKey);
    if (node === undefined) return;
    pool.busy.delete(node);
    pool.nodes.delete(jobKey);
    pool.idle.set(node, this.#clock.now());
    this.#place(poolKey);
  }

  /** Why the job waits at this moment; `undefined` when it does not. */
  explain(jobKey: string): string | undefined {
    const pool = this.#pools.get(this.#poolOfJob.get(jobKey) ?? "");
    if (pool === undefined || !pool.waiting.has(jobKey)) return undefined;
    return explainWait(toPool(pool), pool.waiting.position(jobKey));
  }

  /** Nodes that exist now: busy ones, those kept at least, and idle ones within their time. */
  listNodes(poolKey: string, config: PoolConfig): readonly PoolNode[] {
    const pool = this.#ensurePool(poolKey, config);
    const now = this.#clock.now();
    const indexes = new Set([
      ...Array.from({ length: config.isStopped ? 0 : config.nodeCountMin }, (_, index) => index),
      ...pool.busy.keys(),
      ...[...pool.idle].filter(([, since]) => !config.isStopped && now - since < config.idleMs).map(([index]) => index),
    ]);
    return [...indexes]
      .sort((left, right) => left - right)
      .map((index) => {
        const busy = pool.busy.get(index);
        return { index, jobKey: busy?.jobKey, since: busy?.since ?? pool.idle.get(index) ?? now };
      });
  }

  /** Nodes that work for a job, over all computes. */
  busyCount(): number {
    return [...this.#pools.values()].reduce((count, pool) => count + pool.busy.size, 0);
  }

  waitingCount(poolKey: string): number {
    return this.#pools.get(poolKey)?.waiting.size ?? 0;
  }

  #ensurePool(poolKey: string, config: PoolConfig): PoolRecord {
    const existing = this.#pools.get(poolKey);
    if (existing !== undefined) return existing;
    const pool: PoolRecord = {
      config,
      busy: new Map(),
      idle: new Map(),
      nodes: new Map(),
      waiting: new WaitingQueue(),
    };
    this.#pools.set(poolKey, pool);
    return pool;
  }

  #place(poolKey: string, asker?: string): void {
    const pool = this.#pools.get(poolKey);
    if (pool === undefined || pool.waiting.size === 0) return;
    const snapshot = toPool(pool);
    if (snapshot.isStopped || snapshot.busyNodes.size >= snapshot.nodeCountMax) return;
    const next = pool.waiting.first(snapshot.nodeCountMax - snapshot.busyNodes.size);
    for (const { key, node } of placeQueue(snapshot, next).assignments) {
      pool.waiting.delete(key);
      pool.idle.delete(node);
      pool.busy.set(node, { jobKey: key, since: this.#clock.now() });
      pool.nodes.set(key, node);
      if (key !== asker) this.#wake(key);
    }
  }
}

function toPool(pool: PoolRecord): Pool {
  const { name, nodeCountMax, isStopped } = pool.config;
  return { name, nodeCountMax, isStopped, busyNodes: new Set(pool.busy.keys()) };
}

function findNode(pool: PoolRecord, jobKey: string): number | undefined {
  return pool.nodes.get(jobKey);
}
