import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import type { Task } from "../../engine/tasks/tasks.ts";
import { archiveLogs } from "./archive-logs.ts";
import { followTask } from "./follow-task.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { enterPhase, type Job, type JobState } from "./job-state.ts";
import { registerOutputs } from "./register-outputs.ts";
import { ensureExperiment, ensureRun } from "./start-job.ts";

const RUN_STATUS = { completed: "FINISHED", failed: "FAILED", canceled: "KILLED" } as const;
const JOB_STATUS = { completed: "Completed", failed: "Failed", canceled: "Canceled" } as const;

/** Closes a job whose task has a result: logs and outputs are safe before it counts as ended. */
export async function finishJob(
  job: Job,
  options: { task: Task; result: TaskResult; context: ResourceContext },
  deps: JobDependencies,
): Promise<JobState> {
  const { task, result, context } = options;
  const state = followTask(job.state, task);
  deps.pools.release(job.key);
  await archiveLogs(job, task.taskId, deps);
  const registered = result.outcome === "completed" ? await registerOutputs(job, context) : undefined;
  const substitutions = { ...state.substitutions, ...result.substitutions };
  const withOutputs = { ...state, substitutions, ...registered };
  return endJob({ ...job, state: withOutputs }, { result, context }, deps);
}

/** Closes a job that may never have had a task. */
export async function endJob(
  job: Job,
  options: { result: TaskResult; context: ResourceContext },
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
  const entry = { phase: JOB_STATUS[result.outcome], at: result.endedAt, reason: describeEnd(result) };
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
