import type { Outcome } from "../../engine/define-resource.ts";
import { taskIdOf } from "./build-task.ts";
import type { Job, JobState } from "./job-state.ts";
import type { ReconcileTools } from "./reconcile-job.ts";
import { workspaceOf } from "./start-job.ts";

const STOP_GRACE_MS = 5_000;
const CHECK_MS = 1_000;
const PAGE_SIZE = 1_000;

/** Ends a deleted job and removes what it left: task, logs and artifacts. Assets that were registered stay. */
export async function clearJob(job: Job, { deps }: ReconcileTools): Promise<Outcome<JobState>> {
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

async function removeArtifacts(job: Job, deps: ReconcileTools["deps"]): Promise<void> {
  const folder = await deps.locator.artifacts(workspaceOf(job), job.name).catch(() => undefined);
  if (folder === undefined) return;
  const { account, container, path } = folder;
  let after: string | undefined;
  do {
    const page = await deps.blobs.list({
      account,
      container,
      prefix: path,
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    for (const blob of page.blobs) await deps.blobs.remove({ account, container, name: blob.name });
    after = page.next;
  } while (after !== undefined);
}
