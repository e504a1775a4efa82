import { z } from "zod";

import { distributionSchema } from "./distribution.ts";
import { jobBaseSchema } from "./job-base.ts";
import { jobResourcesSchema, queueSettingsSchema } from "./job-resources.ts";
import { environmentVariablesSchema } from "../shared/environment-variables.ts";

/** A job that runs one command. */
export const commandJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Command").describe("Type of job."),
  command: z.string().min(1).describe("Shell command; may hold ${{inputs.x}}, ${{outputs.y}} and $[[optional parts]]."),
  codeId: z.string().nullish().describe("Code version whose files are the working directory."),
  environmentId: z.string().min(1).describe("Environment version that the command runs in."),
  environmentVariables: environmentVariablesSchema.nullish().describe("Variables set for the command."),
  distribution: distributionSchema.nullish().describe("How several processes work together."),
  limits: z
    .looseObject({ timeout: z.string().nullish().describe("Longest run time as an ISO 8601 duration, as 'PT1H'.") })
    .nullish()
    .describe("Limits of the run."),
  resources: jobResourcesSchema.nullish().describe("What the job needs to run."),
  queueSettings: queueSettingsSchema.nullish().describe("Tier and priority in the queue."),
});

export type CommandJob = z.infer<typeof commandJobSchema>;
