import type { Outcome } from "../../../engine/define-resource.ts";
import { taskIdOf } from "./build-task.ts";
import type { JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { removeArtifacts } from "../remove-artifacts.ts";
import type { Leaf } from "./leaf-job.ts";

const STOP_GRACE_MS = 5_000;
const CHECK_MS = 1_000;

/** Ends a deleted job and removes what it left: task, logs and artifacts. Assets that were registered stay. */
export async function clearLeaf(job: Leaf, { deps }: ReconcileTools): Promise<Outcome<JobState>> {
  const task = await deps.tasks.find(taskIdOf(job));
  if (task !== undefined && task.result === undefined) {
    if (!task.isStopRequested) await deps.tasks.requestStop(task.taskId);
    if (task.handle !== undefined) {
      await deps.driver.stop(task.handle, STOP_GRACE_MS);
      const status = await deps.driver.inspect(task.handle);
      if (status === "running") return { kind: "checkAgain", afterMs: CHECK_MS, reason: "the job is being ended" };
    }
  }
  deps.pools.release(job.key);
  if (task !== undefined) await deps.tasks.remove(task.taskId);
  await removeArtifacts(job, deps);
  return { kind: "ready" };
}
