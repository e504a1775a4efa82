import type { Outcome } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import type { JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { removeArtifacts } from "../remove-artifacts.ts";
import type { Leaf } from "./leaf-job.ts";

const STOP_GRACE_MS = 5_000;
const CHECK_MS = 1_000;

/** Ends a deleted job and removes what it left: tasks, logs and artifacts. Assets that were registered stay. */
export async function clearLeaf(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { deps } = tools;
  const tasks = await deps.tasks.listByOwner(job.id);
  const areEnding = await Promise.all(tasks.map((task) => isStillEnding(task, tools)));
  if (areEnding.includes(true)) return { kind: "checkAgain", afterMs: CHECK_MS, reason: "the job is being ended" };
  deps.pools.release(job.key);
  await Promise.all(tasks.map(({ taskId }) => deps.tasks.remove(taskId)));
  await removeArtifacts(job, deps);
  return { kind: "ready" };
}

async function isStillEnding(task: Task, { deps, context, silentTasks }: ReconcileTools): Promise<boolean> {
  if (task.result !== undefined) return false;
  if (!task.isStopRequested) await deps.tasks.requestStop(task.taskId);
  if (task.handle === undefined) return false;
  await deps.driver.stop(task.handle, STOP_GRACE_MS);
  if (silentTasks.isSilent(task, { now: context.clock.now(), isWanted: false })) await deps.driver.kill(task.handle);
  return (await deps.driver.inspect(task.handle)) === "running";
}
