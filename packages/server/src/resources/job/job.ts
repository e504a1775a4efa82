import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { jobType, type JobProperties } from "@lazuli/contract/resources/job.ts";

import { defineResource, type ResourceContext, type ResourceDefinition } from "../../engine/define-resource.ts";
import { admitJob } from "./admit-job.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { initialJobState, jobStateSchema, type Job, type JobState } from "./job-state.ts";
import { reconcileJob } from "./reconcile-job.ts";
import { restoreSeats } from "./restore-seats.ts";
import { renderJob } from "./render-job.ts";

/** Jobs: admitted, seated on a compute, carried out by a runner, closed with logs, outputs and a reason. */
export function jobResource(deps: JobDependencies): ResourceDefinition<JobProperties, JobState> {
  let seats: Promise<void> | undefined;
  return defineResource<JobProperties, JobState>({
    type: jobType,
    state: jobStateSchema,
    initialState: initialJobState,
    admit: (request, context) => admitJob(request, context, deps),
    async reconcile(job, context, signal) {
      seats ??= restoreSeats({ context, deps });
      await seats;
      return reconcileJob(job, { context, signal, deps });
    },
    render: async (job) => renderJob(job, deps),
    actions: {
      cancel: async ({ resource }, context) => {
        await cancelJob(resource, context);
        return undefined;
      },
    },
  });
}

/** Works in every phase; a job that has ended stays as it is. */
async function cancelJob(job: Job, context: ResourceContext): Promise<void> {
  await context.resources.updateState(job.id, (latest) => {
    const state = jobStateSchema.parse(latest.state);
    if (isTerminalStatus(state.status) || state.cancelRequestedAt !== undefined) return undefined;
    return { ...state, cancelRequestedAt: context.clock.now() };
  });
}
