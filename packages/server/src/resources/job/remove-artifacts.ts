import type { JobDependencies } from "./job-dependencies.ts";
import { workspaceOf } from "./job-run.ts";
import type { Job } from "./job-state.ts";

const PAGE_SIZE = 1_000;

/** Deletes everything in the artifact folder of a job's run. */
export async function removeArtifacts(
  job: Pick<Job, "id" | "name">,
  deps: Pick<JobDependencies, "locator" | "blobs">,
): Promise<void> {
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
