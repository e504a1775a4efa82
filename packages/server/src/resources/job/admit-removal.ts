import { PlatformError } from "@lazuli/contract/errors.ts";
import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import { workspaceOf } from "./job-run.ts";
import { jobStateSchema, type Job } from "./job-state.ts";

/** A parent that runs would miss a child that is gone, and make it again. Throws `Conflict`. */
export async function admitRemoval(job: Job, context: ResourceContext): Promise<void> {
  const { parentJobName } = job.properties;
  if (parentJobName == null) return;
  const parent = await context.resources.find(childId(workspaceOf(job), "jobs", parentJobName));
  if (parent === undefined || parent.deletedAt !== undefined) return;
  if (isTerminalStatus(jobStateSchema.parse(parent.state).status)) return;
  throw new PlatformError(
    "Conflict",
    `Job '${job.name}' belongs to '${parentJobName}', which still runs; cancel that job first.`,
    { target: "name" },
  );
}
