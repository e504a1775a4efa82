import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { jobType, type JobProperties } from "@lazuli/contract/resources/job.ts";

import {
  defineResource,
  type Outcome,
  type ResourceDefinition,
} from "../../engine/define-resource.ts";
import { admitJob } from "./admit-job.ts";
import { cancelJob } from "./cancel-job.ts";
import { commandKind } from "./command/command-kind.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { JobKinds } from "./job-kind.ts";
import { initialJobState, jobStateSchema, type Job, type JobState } from "./job-state.ts";
import { restoreSeats } from "./leaf/restore-seats.ts";
import { notifyEnd } from "./notify-end.ts";
import { parallelKind } from "./parallel/parallel-kind.ts";
import { sparkKind } from "./spark/spark-kind.ts";
import { settleReused } from "./reuse/settle-reused.ts";
import { SilentTasks } from "./leaf/silent-tasks.ts";
import type { ReconcileTools } from "./reconcile-tools.ts";
import { renderJob } from "./render-job.ts";
import { sweepKind } from "./sweep/sweep-kind.ts";

/** Jobs of all kinds: admitted, carried out by nodes or by jobs of their own, closed with outputs and a reason. */
export function jobResource(deps: JobDependencies): ResourceDefinition<JobProperties, JobState> {
  const kinds = new JobKinds([commandKind, parallelKind, sparkKind, sweepKind()]);
  const silentTasks = new SilentTasks();
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
      const outcome = await reconcileJob(job, kinds, { context, signal, deps, silentTasks });
      return notifyEnd(job, outcome, { deps, signal, now: context.clock.now() });
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

async function reconcileJob(job: Job, kinds: JobKinds, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const kind = kinds.find(job.properties.jobType);
  if (kind === undefined) return { kind: "ready" };
  if (job.deletedAt === undefined) {
    return job.state.reusedFrom === undefined ? kind.reconcile(job, tools) : settleReused(job, tools);
  }
  if (job.ownerKey !== undefined) await tools.deps.reuse.runs.remove(job.key);
  return kind.clear(job, tools);
}
