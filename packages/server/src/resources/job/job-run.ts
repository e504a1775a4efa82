import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import type { RunStatus } from "../../tracking/tracking-store.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import type { Job } from "./job-state.ts";

export async function ensureExperiment(job: Job, deps: JobDependencies): Promise<string> {
  const name = job.properties.experimentName ?? "Default";
  return (await deps.tracking.ensureExperiment(job.parentKey, name)).experimentId;
}

/** The job's run in MLflow: the same id as the job's name. */
export async function ensureRun(
  job: Job,
  options: { experimentId: string; status: RunStatus; context: ResourceContext; endedAt?: number },
  deps: JobDependencies,
): Promise<void> {
  const { experimentId, status, context, endedAt } = options;
  const { submittedBy, hasRun } = job.state;
  if (hasRun) {
    await deps.tracking.setRunStatus(job.parentKey, job.name, status, context.clock.now());
    return;
  }
  await deps.tracking.ensureRun({
    workspaceKey: job.parentKey,
    runId: job.name,
    experimentId,
    name: job.properties.displayName ?? job.name,
    userId: submittedBy.name,
    status,
    startedAt: context.clock.now(),
    ...(endedAt !== undefined && { endedAt }),
    tags: runTags(job),
  });
}

function runTags(job: Job): Record<string, string> {
  const own = { ...job.properties.tags, ...job.properties.properties };
  const entries = Object.entries(own).map(([name, value]) => [name, value ?? ""] as const);
  return {
    ...Object.fromEntries(entries),
    "mlflow.user": job.state.submittedBy.name,
    "mlflow.source.type": "JOB",
    "mlflow.source.name": job.name,
    ...(job.properties.parentJobName != null && {
      "mlflow.parentRunId": job.properties.parentJobName,
      "mlflow.rootRunId": job.state.rootJobName ?? job.properties.parentJobName,
    }),
  };
}

/** Id of the workspace that a job lies in. */
export function workspaceOf(job: Pick<Job, "id">): string {
  return renderResourceId(rootId(parseResourceId(job.id)));
}
