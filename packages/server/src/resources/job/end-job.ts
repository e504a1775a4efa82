import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { ensureExperiment, ensureRun } from "./job-run.ts";
import { enterPhase, type Job, type JobState } from "./job-state.ts";

const RUN_STATUS = { completed: "FINISHED", failed: "FAILED", canceled: "KILLED" } as const;
const JOB_STATUS = { completed: "Completed", failed: "Failed", canceled: "Canceled" } as const;

/** Closes a job that may never have had a task. */
export async function endJob(
  job: Job,
  options: { result: TaskResult; context: ResourceContext; reason?: string },
  deps: JobDependencies,
): Promise<JobState> {
  const { result, context } = options;
  deps.pools.release(job.key);
  const status = RUN_STATUS[result.outcome];
  if (job.state.hasRun) {
    await deps.tracking.setRunStatus(job.parentKey, job.name, status, result.endedAt);
  } else {
    await ensureRun(job, { experimentId: await ensureExperiment(job, deps), status, context }, deps);
    await deps.tracking.setRunStatus(job.parentKey, job.name, status, result.endedAt);
  }
  const entry = {
    phase: JOB_STATUS[result.outcome],
    at: result.endedAt,
    reason: options.reason ?? describeEnd(result),
  };
  return {
    ...enterPhase(job.state, entry),
    hasRun: true,
    endedAt: result.endedAt,
    exitCode: result.exitCode,
    ...(result.startedAt !== undefined && { startedAt: result.startedAt }),
    ...(result.error !== undefined && { error: result.error }),
  };
}

function describeEnd(result: TaskResult): string {
  if (result.outcome === "completed") return "the command completed";
  if (result.outcome === "canceled") return "canceled";
  return result.error?.message ?? `the command ended with exit code ${result.exitCode ?? "unknown"}`;
}
