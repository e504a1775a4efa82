import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import { archiveLogs } from "./archive-logs.ts";
import { followTask } from "./follow-task.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { endJob } from "../end-job.ts";
import type { JobState } from "../job-state.ts";
import type { Leaf } from "./leaf-job.ts";
import { registerOutputs } from "./register-outputs.ts";

/** Closes a job whose task has a result: logs and outputs are safe before it counts as ended. */
export async function finishJob(
  job: Leaf,
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
