import { resourceKey } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema } from "@lazuli/contract/resources/job.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import { impliedPoolConfig } from "../../../engine/placement/pool-config.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { JobKinds } from "../job-kind.ts";
import { workspaceOf } from "../job-run.ts";
import { jobStateSchema } from "../job-state.ts";
import { computeOf, offerOf } from "./job-compute.ts";
import { seatRequestOf } from "./job-seat.ts";
import type { Leaf } from "./leaf-job.ts";
import { nodeCountOf } from "./task-ids.ts";

interface SeatTools {
  readonly context: ResourceContext;
  readonly deps: JobDependencies;
}

/** Puts a job that has tasks on its compute's books: on the nodes, and with the GPUs, that its tasks were told. */
export async function claimSeat(job: Leaf, tasks: readonly Task[], tools: SeatTools): Promise<void> {
  const { context, deps } = tools;
  const compute = computeOf(job.properties, workspaceOf(job));
  const offer = await offerOf(compute, { resources: context.resources, slotCount: deps.slotCount });
  const plan = job.state.leaf.plan;
  const held =
    plan?.attempt === job.state.attempt
      ? plan
      : { nodes: tasks.map(({ spec }) => spec.node ?? 0), gpus: tasks.map(({ spec }) => spec.gpus ?? []) };
  const known = offer ?? impliedPoolConfig(compute.name, job.parentKey, nodeCountOf(job));
  deps.pools.claim(compute.poolKey, known, { job: seatRequestOf(job, known, deps.pools), held });
  // Nothing would ever end a job on a compute that went while no server was there to see it.
  if (offer === undefined) deps.pools.close(compute.poolKey, `compute '${compute.name}' was deleted`);
}

/** After a restart: seats every job whose task goes on, before a waiting job could take its node. */
export async function restoreSeats(tools: SeatTools & { kinds: JobKinds }): Promise<void> {
  const { context, deps } = tools;
  for (const task of await deps.tasks.listUnfinished()) {
    if (task.spec.kind !== "job") continue;
    const job = await context.resources.find(resourceKey(task.ownerId));
    const leaf = job === undefined ? undefined : tools.kinds.toLeaf(jobPropertiesSchema.parse(job.properties));
    if (job === undefined || leaf === undefined || deps.pools.isSeated(job.key)) continue;
    await claimSeat({ ...job, properties: leaf, state: jobStateSchema.parse(job.state) }, [task], tools);
  }
}
