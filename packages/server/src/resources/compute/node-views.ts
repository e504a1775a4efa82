import { createHash } from "node:crypto";

import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { ComputePools, PoolNode } from "../../engine/placement/compute-pools.ts";
import type { Resources } from "../../engine/resources/resources.ts";
import type { Compute } from "./compute.ts";

/** Azure's words for what a node does. */
export const NODE_STATES = ["idle", "running", "preparing", "unusable", "leaving", "preempted"] as const;

export type NodeState = (typeof NODE_STATES)[number];

/** A node as callers see it. */
export interface NodeView {
  readonly node: PoolNode;
  readonly nodeId: string;
  readonly state: NodeState;
  readonly jobName: string | undefined;
}

/** Phases of a job in which its nodes are not at its command yet. */
const PREPARING: readonly unknown[] = ["NotStarted", "Queued", "Preparing", "Starting"];

/** The nodes of a compute and what they do. */
export async function viewNodes(
  compute: Compute,
  deps: { readonly pools: ComputePools; readonly resources: Pick<Resources, "find"> },
): Promise<readonly NodeView[]> {
  const nodes = deps.pools.listNodes(compute.key, poolConfigOf(compute));
  const jobKeys = [...new Set(nodes.flatMap(({ jobKey }) => jobKey ?? []))];
  const jobs = await Promise.all(jobKeys.map((key) => deps.resources.find(key)));
  const byKey = new Map(jobs.flatMap((job) => (job === undefined ? [] : [[job.key, job] as const])));
  return nodes.map((node) => {
    const job = byKey.get(node.jobKey ?? "");
    const jobName = job?.name ?? node.jobKey?.slice(node.jobKey.lastIndexOf("/") + 1);
    return { node, nodeId: nodeId(compute.key, node.index), state: stateOf(node, job?.state), jobName };
  });
}

/** Index of the node that a name stands for: its id, or its number. */
export function findNodeIndex(compute: Compute, name: string): number | undefined {
  const index = Number(name.slice(name.lastIndexOf("_") + 1));
  const isNode = Number.isSafeInteger(index) && [String(index), nodeId(compute.key, index)].includes(name);
  return isNode ? index : undefined;
}

function stateOf({ duty, jobKey }: PoolNode, job: Readonly<Record<string, unknown>> | undefined): NodeState {
  if (duty !== "busy") return duty;
  return jobKey !== undefined && job !== undefined && PREPARING.includes(job["status"]) ? "preparing" : "running";
}

/** A name that stays the same for the same place in the same pool. */
function nodeId(computeKey: string, index: number): string {
  const digest = createHash("sha256").update(computeKey).digest("hex").slice(0, 12);
  return `tvmps_${digest}_${index}`;
}
