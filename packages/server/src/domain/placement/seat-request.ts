/** What a job asks its compute for. */
export interface SeatRequest {
  readonly key: string;
  /** Milliseconds since 1970; the earlier goes first. */
  readonly since: number;
  /** Nodes that it takes all at once. */
  readonly nodeCount: number;
  /** Jobs of a higher class go before all others: see `turn-class.ts`. */
  readonly turnClass: number;
  /** Whoever submitted it: at equal class, who has the fewest nodes goes first. */
  readonly submitter: string;
  /** GPUs on each node that are the job's alone. */
  readonly gpusPerNode: number;
  /** Gives its nodes back when other work needs them, and begins anew later. */
  readonly isPreemptible: boolean;
}

/** First come first served; of two at the same moment the lesser key. */
export function compareArrival(left: SeatRequest, right: SeatRequest): number {
  if (left.since !== right.since) return left.since - right.since;
  return left.key < right.key ? -1 : Number(left.key > right.key);
}

/** Whose turn it is among jobs of different computes that share the machine. */
export function compareTurn(left: SeatRequest, right: SeatRequest): number {
  if (left.isPreemptible !== right.isPreemptible) return left.isPreemptible ? 1 : -1;
  if (left.turnClass !== right.turnClass) return right.turnClass - left.turnClass;
  return compareArrival(left, right);
}
