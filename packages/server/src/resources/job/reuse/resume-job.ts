import { PlatformError } from "@lazuli/contract/errors.ts";
import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Principal } from "../../../engine/access/principal.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { workspaceOf } from "../job-run.ts";
import type { Job } from "../job-state.ts";
import { RESUMED_PROPERTY } from "./resumed-step.ts";

const bodySchema = z.object({ name: z.string().min(1).nullish() }).nullish();
/** Letters of the new job's name that tell it from other resumptions. */
const SUFFIX_LENGTH = 8;

/**
 * Makes a new pipeline of the same definition in which every step that completed stands as it is, deterministic or not,
 * and every other one runs. The old job stays as it ended. Throws `Conflict` for a job that cannot be resumed.
 */
export async function resumeJob(
  job: Job,
  request: { body: unknown; principal: Principal },
  context: ResourceContext,
): Promise<{ name: string; id: string }> {
  refuseOther(job);
  const parsed = bodySchema.safeParse(request.body);
  if (!parsed.success) throw new PlatformError("BadRequest", "The body may hold a 'name' for the new job, a text.");
  const name = parsed.data?.name ?? `${job.name}-${context.newId().slice(0, SUFFIX_LENGTH)}`;
  const id = childId(workspaceOf(job), "jobs", name);
  const { isArchived: _isArchived, ...properties } = job.properties;
  const { resource } = await context.resources.put({
    id,
    properties: {
      ...properties,
      sourceJobId: job.id,
      properties: { ...job.properties.properties, [RESUMED_PROPERTY]: job.name },
    },
    envelope: job.envelope,
    principal: request.principal,
    ifNoneMatch: "*",
  });
  return { name: resource.name, id: resource.id };
}

function refuseOther(job: Job): void {
  const { status } = job.state;
  if (job.properties.jobType !== "Pipeline") {
    const advice = `'lazuli job create --from ${job.name}' runs it again.`;
    throw new PlatformError("Conflict", `Job '${job.name}' is no pipeline, so there is nothing to resume; ${advice}`);
  }
  if (job.ownerKey !== undefined) {
    const parent = job.properties.parentJobName ?? "";
    throw new PlatformError("Conflict", `Job '${job.name}' is a step of '${parent}'; resume that one.`);
  }
  if (!isTerminalStatus(status)) {
    throw new PlatformError("Conflict", `Job '${job.name}' is '${status}'; wait until it has ended, or cancel it.`);
  }
  if (status === "Completed") {
    const message = `Job '${job.name}' has completed, so there is nothing to resume; submit it again instead.`;
    throw new PlatformError("Conflict", message);
  }
}
