import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { Compute } from "./compute.ts";
import { findNodeIndex } from "./node-views.ts";

const bodySchema = z.object({ nodeId: z.string().nullish() }).nullish();

/** Takes nodes from the jobs of a low-priority cluster, as Azure does when it needs them; the jobs begin anew. */
export function preemptNodes(compute: Compute, body: unknown, pools: ComputePools): { jobs: readonly string[] } {
  const config = poolConfigOf(compute);
  if (!config.isLowPriority) {
    throw new PlatformError(
      "BadRequest",
      `Compute '${compute.name}' has dedicated nodes, which nobody takes away; only low-priority ones are preempted.`,
    );
  }
  const name = bodySchema.parse(body)?.nodeId;
  const node = name == null ? undefined : findNodeIndex(compute, name);
  if (name != null && node === undefined) {
    throw new PlatformError("NotFound", `Compute '${compute.name}' has no node '${name}'.`, { target: "nodeId" });
  }
  const wish = { reason: "somebody asked for it", ...(node !== undefined && { node }) };
  return { jobs: pools.preempt(compute.key, wish).map((key) => key.slice(key.lastIndexOf("/") + 1)) };
}
