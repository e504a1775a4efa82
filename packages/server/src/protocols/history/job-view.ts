import { PlatformError } from "@lazuli/contract/errors.ts";
import { JOB_STATUSES } from "@lazuli/contract/jobs/job-base.ts";
import { taskErrorSchema } from "@lazuli/contract/node/task-report.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Resource } from "../../engine/resources/resource.ts";
import type { HistoryDependencies } from "./history-dependencies.ts";

const textMap = z.record(z.string(), z.string().nullable()).nullish();

/** What the run history reads of a job's desired and actual state. */
const jobViewSchema = z.object({
  properties: z.looseObject({
    jobType: z.string(),
    displayName: z.string().nullish(),
    description: z.string().nullish(),
    experimentName: z.string().nullish(),
    tags: textMap,
    properties: textMap,
    computeId: z.string().nullish(),
    parentJobName: z.string().nullish(),
  }),
  state: z.looseObject({
    status: z.enum(JOB_STATUSES),
    submittedBy: z.object({ id: z.string(), tenantId: z.string(), name: z.string() }),
    rootJobName: z.string().optional(),
    startedAt: z.number().optional(),
    endedAt: z.number().optional(),
    exitCode: z.number().nullable(),
    error: taskErrorSchema.optional(),
    warnings: z.array(z.string()),
    addedProperties: z.record(z.string(), z.string()).default({}),
    services: z
      .record(
        z.string(),
        z.object({
          type: z.string(),
          status: z.string(),
          path: z.string().optional(),
          address: z.string().optional(),
          port: z.number().optional(),
          error: z.string().optional(),
        }),
      )
      .default({}),
    outputs: z.record(z.string(), z.object({ type: z.string(), uri: z.string(), assetId: z.string().optional() })),
  }),
});

export type JobView = z.infer<typeof jobViewSchema> & { readonly resource: Resource };

export async function findJob(
  workspaceId: string,
  name: string,
  deps: Pick<HistoryDependencies, "engine">,
): Promise<JobView | undefined> {
  const resource = await deps.engine.context.resources.find(childId(workspaceId, "jobs", name));
  return resource === undefined ? undefined : viewJob(resource);
}

/** Throws `NotFound`. */
export async function getJob(
  workspaceId: string,
  name: string,
  deps: Pick<HistoryDependencies, "engine">,
): Promise<JobView> {
  const job = await findJob(workspaceId, name, deps);
  if (job === undefined) throw new PlatformError("NotFound", `Run '${name}' does not exist.`);
  return job;
}

export function viewJob(resource: Resource): JobView {
  return { ...jobViewSchema.parse({ properties: resource.properties, state: resource.state }), resource };
}
