import { createHash } from "node:crypto";

import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import type { Compute } from "./compute.ts";

/** Nodes of a compute and what they do, in the fields that Azure's clients read. */
export function listNodes(compute: Compute, pools: ComputePools): { nodes: readonly Record<string, unknown>[] } {
  const nodes = pools.listNodes(compute.key, poolConfigOf(compute)).map((node) => ({
    nodeId: nodeId(compute.key, node.index),
    privateIpAddress: "127.0.0.1",
    publicIpAddress: null,
    port: null,
    nodeState: node.jobKey === undefined ? "idle" : "running",
    runId: node.jobKey?.slice(node.jobKey.lastIndexOf("/") + 1) ?? null,
  }));
  return { nodes };
}

/** A name that stays the same for the same place in the same pool. */
function nodeId(computeKey: string, index: number): string {
  const digest = createHash("sha256").update(computeKey).digest("hex").slice(0, 12);
  return `tvmps_${digest}_${index}`;
}
