import type { Task } from "../../../engine/tasks/tasks.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { Job } from "../job-state.ts";
import { workspaceOf } from "../job-run.ts";

const TEXT = "text/plain; charset=utf-8";

/**
 * Takes the logs of tasks into the run's artifacts, where clients download them from. Doing it again changes nothing.
 *
 * @param source `folder` comes before the logs' own names; empty, or ending in a slash.
 */
export async function archiveLogs(
  job: Job,
  source: { readonly tasks: readonly Pick<Task, "taskId">[]; readonly folder: string },
  deps: Pick<JobDependencies, "liveLogs" | "blobs" | "locator">,
): Promise<void> {
  const lists = await Promise.all(
    source.tasks.map(async ({ taskId }) => (await deps.liveLogs.list(taskId)).map(({ name }) => ({ taskId, name }))),
  );
  const logs = lists.flat();
  if (logs.length === 0) return;
  const { account, container, path } = await deps.locator.artifacts(workspaceOf(job), job.name);
  await Promise.all(
    logs.map(({ taskId, name }) =>
      deps.blobs.adopt(
        { account, container, name: `${path}${source.folder}${name}` },
        deps.liveLogs.path(taskId, name),
        { contentType: TEXT },
      ),
    ),
  );
}
