import type { SeatRequest } from "./seat-request.ts";

/** What computes share; the part behind the colon is a workspace's key. */
export type Share = "nodes" | "spare" | "gpus" | `workspace:${string}` | `low-priority:${string}`;

/** How much there is of each share; one that is missing has no end. */
export type Limits = ReadonlyMap<Share, number>;

export interface Need {
  readonly share: Share;
  readonly amount: number;
  /** Work that may not be held up by this share counts in it all the same. */
  readonly isHeldUp: boolean;
}

export interface Lack {
  readonly share: Share;
  readonly used: number;
  readonly limit: number;
  readonly amount: number;
}

type Wish = Pick<SeatRequest, "nodeCount" | "gpusPerNode" | "isPreemptible">;

/**
 * What a job takes of what computes share. Preemptible work only gets what the machine's processors have to spare;
 * other work takes that as well, and so drives it out.
 */
export function needsOf(request: Wish, workspaceKey: string): readonly Need[] {
  const { nodeCount, gpusPerNode, isPreemptible } = request;
  const needs: Need[] = [
    { share: "nodes", amount: nodeCount, isHeldUp: true },
    { share: "spare", amount: nodeCount, isHeldUp: isPreemptible },
    { share: `workspace:${workspaceKey}`, amount: nodeCount, isHeldUp: true },
  ];
  if (isPreemptible) needs.push({ share: `low-priority:${workspaceKey}`, amount: nodeCount, isHeldUp: true });
  if (gpusPerNode > 0) needs.push({ share: "gpus", amount: nodeCount * gpusPerNode, isHeldUp: true });
  return needs;
}

/** What there is not enough of, first of all; empty when the job fits. */
export function findLacks(needs: readonly Need[], used: ReadonlyMap<Share, number>, limits: Limits): readonly Lack[] {
  return needs.flatMap(({ share, amount, isHeldUp }) => {
    const limit = limits.get(share) ?? Number.POSITIVE_INFINITY;
    const taken = used.get(share) ?? 0;
    return isHeldUp && taken + amount > limit ? [{ share, used: taken, limit, amount }] : [];
  });
}

/** A share that can never hold the job, whoever ends; `undefined` when it can run one day. */
export function findHopeless(needs: readonly Need[], limits: Limits): Lack | undefined {
  return findLacks(needs, new Map(), limits)[0];
}

/** Says what is missing, as part of a sentence. */
export function describeLack({ share, used, limit, amount }: Lack): string {
  if (share === "spare") {
    return `${amount === 1 ? "a core" : `${amount} cores`} that other work leaves (${used} of ${limit} in use)`;
  }
  if (share === "gpus") return `${amount === 1 ? "a GPU" : `${amount} GPUs`} (${used} of ${limit} in use)`;
  if (share === "nodes") return `room on this machine (${used} of ${limit} nodes in use)`;
  const isLowPriority = share.startsWith("low-priority:");
  return `the workspace's quota of ${isLowPriority ? "low-priority " : ""}nodes (${used} of ${limit} in use)`;
}

/** Names what sets a limit, as part of a sentence. */
export function describeLimit({ share }: Pick<Lack, "share">): string {
  if (share === "spare") return "this machine's number of cores, all that low-priority work gets,";
  if (share === "gpus") return "this machine's number of GPUs";
  if (share === "nodes") return "this machine";
  return share.startsWith("low-priority:")
    ? "the workspace's quota of low-priority nodes"
    : "the workspace's quota of nodes";
}
