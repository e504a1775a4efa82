import { resourceKey } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema } from "@lazuli/contract/resources/job.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { computeOf, offerOf } from "./job-compute.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { JobKinds } from "../job-kind.ts";
import { workspaceOf } from "../job-run.ts";
import type { LeafJob } from "./leaf-job.ts";

type SeatJob = Pick<Resource, "id" | "key">;

interface SeatTools {
  readonly context: ResourceContext;
  readonly deps: JobDependencies;
}

/** Puts a job that has a task on its compute's books. */
export async function claimSeat(job: SeatJob & { properties: LeafJob }, tools: SeatTools): Promise<void> {
  const { context, deps } = tools;
  const compute = computeOf(job.properties, workspaceOf(job));
  const offer = await offerOf(compute, { resources: context.resources, slotCount: deps.slotCount });
  if (offer !== undefined) deps.pools.claim(compute.poolKey, offer, job.key);
}

/** After a restart: seats every job whose task goes on, before a waiting job could take its node. */
export async function restoreSeats(tools: SeatTools & { kinds: JobKinds }): Promise<void> {
  const { context, deps } = tools;
  for (const task of await deps.tasks.listUnfinished()) {
    if (task.spec.kind !== "job") continue;
    const job = await context.resources.find(resourceKey(task.ownerId));
    const leaf = job === undefined ? undefined : tools.kinds.toLeaf(jobPropertiesSchema.parse(job.properties));
    if (job !== undefined && leaf !== undefined) await claimSeat({ ...job, properties: leaf }, tools);
  }
}
