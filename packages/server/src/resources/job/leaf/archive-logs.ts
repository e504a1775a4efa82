import type { JobDependencies } from "../job-dependencies.ts";
import type { Job } from "../job-state.ts";
import { workspaceOf } from "../job-run.ts";

const TEXT = "text/plain; charset=utf-8";

/** Takes a task's logs into the run's artifacts, where clients download them from. Doing it again changes nothing. */
export async function archiveLogs(
  job: Job,
  taskId: string,
  deps: Pick<JobDependencies, "liveLogs" | "blobs" | "locator">,
): Promise<void> {
  const logs = await deps.liveLogs.list(taskId);
  if (logs.length === 0) return;
  const folder = await deps.locator.artifacts(workspaceOf(job), job.name);
  await Promise.all(
    logs.map(({ name }) =>
      deps.blobs.adopt(
        { account: folder.account, container: folder.container, name: `${folder.path}${name}` },
        deps.liveLogs.path(taskId, name),
        {
          contentType: TEXT,
        },
      ),
    ),
  );
}
