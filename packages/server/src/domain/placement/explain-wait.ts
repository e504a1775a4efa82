import { describeLack, type Lack } from "./capacity.ts";

/** How a job's compute is now, as far as the job has to wait for it. */
export interface WaitFacts {
  /** Shown to people: `cpu-cluster`. */
  readonly poolName: string;
  readonly nodeCountMax: number;
  readonly busyCount: number;
  readonly isStopped: boolean;
  /** Nodes that the job itself needs. */
  readonly nodeCount: number;
  /** Place in the queue, counted from 1. */
  readonly position: number;
  /** Nodes that the first of the queue needs. */
  readonly firstNodeCount: number;
  /** What the machine lacks for it. */
  readonly lack: Lack | undefined;
}

/** Why a job waits, as a sentence for people. */
export function explainWait(facts: WaitFacts): string {
  const { poolName, nodeCountMax, nodeCount, position, firstNodeCount, lack } = facts;
  if (facts.isStopped) return `waits for compute '${poolName}', which is stopped; start it to go on`;
  if (nodeCountMax === 0) return `waits for compute '${poolName}', which may have no nodes; raise its maximum`;
  if (nodeCount > nodeCountMax) {
    return `waits for ${nodeCount} nodes of '${poolName}', which may have ${nodeCountMax}; raise its maximum`;
  }
  const busyCount = Math.min(facts.busyCount, nodeCountMax);
  const freeCount = nodeCountMax - busyCount;
  if (lack !== undefined && freeCount >= nodeCount) return `waits for ${describeLack(lack)}, position ${position}`;
  const what = nodeCount === 1 ? "a node" : `${nodeCount} nodes`;
  const isHeldUp = position > 1 && freeCount >= nodeCount && firstNodeCount > freeCount;
  const held = isHeldUp ? `, after a job that needs ${firstNodeCount} nodes` : "";
  return `waits for ${what} of '${poolName}': ${busyCount} of ${nodeCountMax} busy, position ${position}${held}`;
}
