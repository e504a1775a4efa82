/** Nodes that jobs may run on, as they are now. */
export interface Pool {
  /** Shown to people: `cpu-cluster`. */
  readonly name: string;
  readonly nodeCountMax: number;
  readonly isStopped: boolean;
  /** Indexes of busy nodes. */
  readonly busyNodes: ReadonlySet<number>;
}

export interface WaitingJob {
  readonly key: string;
  /** Milliseconds since 1970; the earlier goes first. */
  readonly since: number;
}

export interface Placement {
  /** Jobs that get a node now, with its index. */
  readonly assignments: readonly { readonly key: string; readonly node: number }[];
  /** Jobs that go on waiting, in their order. */
  readonly waiting: readonly WaitingJob[];
}

/** First come first served; of two at the same moment the lesser key. */
export function compareWaiting(left: WaitingJob, right: WaitingJob): number {
  if (left.since !== right.since) return left.since - right.since;
  return left.key < right.key ? -1 : Number(left.key > right.key);
}

/** Hands free nodes to the queue, first come first served; the lowest free index first. */
export function placeQueue(pool: Pool, queue: readonly WaitingJob[]): Placement {
  const ordered = queue.toSorted(compareWaiting);
  if (pool.isStopped) return { assignments: [], waiting: ordered };
  const free = freeNodes(pool);
  const assignments = ordered.slice(0, free.length).map(({ key }, index) => ({ key, node: free[index] ?? 0 }));
  return { assignments, waiting: ordered.slice(free.length) };
}

/**
 * Why a job waits, as a sentence for people.
 *
 * @param position Place in the queue, counted from 1.
 */
export function explainWait(pool: Pool, position: number): string {
  if (pool.isStopped) return `waits for compute '${pool.name}', which is stopped; start it to go on`;
  if (pool.nodeCountMax === 0) return `waits for compute '${pool.name}', which may have no nodes; raise its maximum`;
  const busy = Math.min(pool.busyNodes.size, pool.nodeCountMax);
  return `waits for a node of '${pool.name}': ${busy} of ${pool.nodeCountMax} busy, position ${position}`;
}

function freeNodes(pool: Pool): readonly number[] {
  const indexes = Array.from({ length: pool.nodeCountMax }, (_, index) => index);
  return indexes.filter((index) => !pool.busyNodes.has(index));
}
