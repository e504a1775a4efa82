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

/** Closes a job whose tasks all have results: logs and outputs are safe before it counts as ended. */
export async function finishJob(
  job: Leaf,
  options: { tasks: readonly Task[]; result: TaskResult; context: ResourceContext },
  deps: JobDependencies,
): Promise<JobState> {
  const { tasks, result, context } = options;
  const [leader] = tasks;
  const state = leader === undefined ? job.state : followTask(job.state, leader);
  deps.pools.release(job.key);
  await archiveLogs(job, { tasks, folder: "" }, deps);
  const registered = result.outcome === "completed" ? await registerOutputs(job, context) : undefined;
  const substitutions = { ...state.substitutions, ...result.substitutions };
  const withOutputs = { ...state, substitutions, ...registered };
  return endJob({ ...job, state: withOutputs }, { result, context }, deps);
}
