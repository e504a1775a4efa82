import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema } from "@lazuli/contract/resources/job.ts";
import { z } from "zod";

import type { Principal } from "../../../engine/access/principal.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import { jobStateSchema, type Job } from "../job-state.ts";
import { diffJobs, type JobDiff } from "./diff-jobs.ts";

const bodySchema = z.object({ other: z.string().min(1) });

/** `POST jobs/<job>/diff` with `{other}`: what the other job has that this one has not. */
export async function answerDiff(
  job: Job,
  request: { body: unknown; principal: Principal },
  tools: { context: ResourceContext; deps: JobDependencies },
): Promise<JobDiff> {
  const parsed = bodySchema.safeParse(request.body);
  if (!parsed.success) {
    throw new PlatformError("BadRequest", 'The body names the job to compare with: {"other": "<job>"}.', {
      target: "other",
    });
  }
  const otherId = childId(workspaceOf(job), "jobs", parsed.data.other);
  await tools.deps.access.assertCan(request.principal, `${MACHINE_LEARNING}/workspaces/jobs/diff/action`, otherId);
  const other = await tools.context.resources.get(otherId);
  const { properties, state } = other;
  const after = { ...other, properties: jobPropertiesSchema.parse(properties), state: jobStateSchema.parse(state) };
  return diffJobs(job, after, tools);
}
