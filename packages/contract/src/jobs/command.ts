import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";

/** A job that runs one command. */
export const commandJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Command").describe("Type of job."),
  command: z.string().min(1).describe("Shell command; may hold ${{inputs.x}}, ${{outputs.y}} and $[[optional parts]]."),
  codeId: z.string().nullish().describe("Code version whose files are the working directory."),
  environmentId: z.string().min(1).describe("Environment version that the command runs in."),
  environmentVariables: z
    .record(z.string(), z.union([z.string(), z.null()]))
    .nullish()
    .describe("Variables set for the command."),
  distribution: z
    .looseObject({ distributionType: z.string(), processCountPerInstance: z.number().int().nullish() })
    .nullish()
    .describe("How several processes work together."),
  limits: z
    .looseObject({ timeout: z.string().nullish().describe("Longest run time as an ISO 8601 duration, as 'PT1H'.") })
    .nullish()
    .describe("Limits of the run."),
  resources: z
    .looseObject({
      instanceCount: z.number().int().nullish().describe("Number of nodes."),
      instanceType: z.string().nullish().describe("Kind of node."),
      shmSize: z.string().nullish(),
      properties: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish()
    .describe("What the job needs to run."),
  queueSettings: z.looseObject({}).nullish().describe("Tier and priority in the queue."),
});

export type CommandJob = z.infer<typeof commandJobSchema>;
