import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { jobType, type JobProperties } from "@lazuli/contract/resources/job.ts";

import {
  defineResource,
  type Outcome,
  type ResourceContext,
  type ResourceDefinition,
} from "../../engine/define-resource.ts";
import { admitJob } from "./admit-job.ts";
import { cancelJob } from "./cancel-job.ts";
import { commandKind } from "./command/command-kind.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { JobKinds } from "./job-kind.ts";
import { initialJobState, jobStateSchema, type Job, type JobState } from "./job-state.ts";
import { restoreSeats } from "./leaf/restore-seats.ts";
import { renderJob } from "./render-job.ts";
import { sweepKind } from "./sweep/sweep-kind.ts";

/** Jobs of all kinds: admitted, carried out by nodes or by jobs of their own, closed with outputs and a reason. */
export function jobResource(deps: JobDependencies): ResourceDefinition<JobProperties, JobState> {
  const kinds = new JobKinds([commandKind, sweepKind()]);
  let seats: Promise<void> | undefined;
  return defineResource<JobProperties, JobState>({
    type: jobType,
    state: jobStateSchema,
    initialState: initialJobState,
    admit: (request, context) => admitJob(request, context, { ...deps, kinds }),
    ownerOf: ({ id, properties }) =>
      properties.parentJobName == null
        ? undefined
        : childId(renderResourceId(rootId(parseResourceId(id))), "jobs", properties.parentJobName),
    ownerHears: (before, after) => before.status !== after.status,
    async reconcile(job, context, signal) {
      seats ??= restoreSeats({ context, deps, kinds });
      await seats;
      return reconcileJob(job, kinds, { context, signal, deps });
    },
    render: async (job) => renderJob(job, deps, kinds.find(job.properties.jobType)),
    actions: {
      cancel: async ({ resource }, context) => {
        await cancelJob(resource, context);
        return undefined;
      },
    },
  });
}

async function reconcileJob(
  job: Job,
  kinds: JobKinds,
  tools: { context: ResourceContext; signal: AbortSignal; deps: JobDependencies },
): Promise<Outcome<JobState>> {
  const kind = kinds.find(job.properties.jobType);
  if (kind === undefined) return { kind: "ready" };
  return job.deletedAt === undefined ? kind.reconcile(job, tools) : kind.clear(job, tools);
}
