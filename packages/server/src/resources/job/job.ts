import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { jobType, type JobProperties } from "@lazuli/contract/resources/job.ts";

import { defineResource, type Outcome, type ResourceDefinition } from "../../engine/define-resource.ts";
import { admitJob } from "./admit-job.ts";
import { admitRemoval } from "./admit-removal.ts";
import { cancelJob } from "./cancel-job.ts";
import { ChildNews } from "./children/child-news.ts";
import { commandKind } from "./command/command-kind.ts";
import { workspaceOf } from "./job-run.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { JobKinds } from "./job-kind.ts";
import { initialJobState, jobStateSchema, type Job, type JobState } from "./job-state.ts";
import { restoreSeats } from "./leaf/restore-seats.ts";
import { notifyEnd } from "./notify-end.ts";
import { parallelKind } from "./parallel/parallel-kind.ts";
import { pipelineKind } from "./pipeline/pipeline-kind.ts";
import { sparkKind } from "./spark/spark-kind.ts";
import { reuseActions } from "./reuse/reuse-actions.ts";
import { settleReused } from "./reuse/settle-reused.ts";
import { SilentTasks } from "./leaf/silent-tasks.ts";
import type { ReconcileTools } from "./reconcile-tools.ts";
import { renderJob } from "./render-job.ts";
import { sweepKind } from "./sweep/sweep-kind.ts";

/** Jobs of all kinds: admitted, carried out by nodes or by jobs of their own, closed with outputs and a reason. */
export function jobResource(deps: JobDependencies): ResourceDefinition<JobProperties, JobState> {
  const news = new ChildNews();
  const kinds = new JobKinds([commandKind, parallelKind, pipelineKind(news), sparkKind, sweepKind()]);
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
    // Parents wait for ends; what happens on the way would only wake them for nothing.
    ownerHears: (before, after) => before.status !== after.status && isTerminalStatus(after.status),
    admitRemoval: (job, context) => admitRemoval(job, context),
    async reconcile(job, context, signal) {
      seats ??= restoreSeats({ context, deps, kinds });
      await seats;
      const tools = { context, signal, deps, silentTasks };
      const outcome = await reconcileJob(job, kinds, tools);
      const isEnded = outcome.state !== undefined && isTerminalStatus(outcome.state.status);
      if (isEnded && job.ownerKey !== undefined) news.note(job.ownerKey, job.name);
      return notifyEnd(job, outcome, { deps, signal, now: context.clock.now() });
    },
    render: async (job) => renderJob(job, deps, kinds.find(job.properties.jobType)),
    actions: {
      cancel: async ({ resource }, context) => {
        await cancelJob(resource, context);
        return undefined;
      },
      ...reuseActions(deps),
    },
  });
}

async function reconcileJob(job: Job, kinds: JobKinds, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const kind = kinds.find(job.properties.jobType);
  if (kind === undefined) return { kind: "ready" };
  if (job.deletedAt === undefined) {
    if (job.state.reusedFrom !== undefined) return settleReused(job, tools);
    const outcome = await kind.reconcile(job, tools);
    const isDoneStep = job.ownerKey !== undefined && outcome.kind === "ready" && outcome.state?.status === "Completed";
    if (isDoneStep) await tools.deps.reuse.noteOutputs({ ...job, ...outcome }, workspaceOf(job));
    return outcome;
  }
  if (job.ownerKey !== undefined) await tools.deps.reuse.runs.remove(job.key);
  return kind.clear(job, tools);
}
