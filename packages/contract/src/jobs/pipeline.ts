import { z } from "zod";

import { jobInputSchema, jobOutputSchema } from "./data-binding.ts";
import { jobBaseSchema } from "./job-base.ts";

/**
 * Settings of a pipeline; clients send them with underscores.
 * What is not set follows Azure: a failed step stops the pipeline, reuse is on.
 */
export const pipelineSettingsSchema = z.looseObject({
  default_compute: z.string().nullish().describe("Compute of steps that name none."),
  default_datastore: z.string().nullish().describe("Datastore that outputs without a place of their own go to."),
  continue_on_step_failure: z.boolean().nullish().describe("Goes on with steps that do not need the failed one."),
  continue_run_on_failed_optional_input: z
    .boolean()
    .nullish()
    .describe("Runs a step without an optional input whose step failed; true when left out."),
  force_rerun: z.boolean().nullish().describe("Runs every step, whether or not an earlier run could stand for it."),
});

/** A job whose steps are jobs of their own, joined by their inputs and outputs. */
export const pipelineJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Pipeline").describe("Type of job."),
  componentId: z.string().nullish().describe("Pipeline component to run instead of `jobs`."),
  jobs: z
    .record(z.string(), z.looseObject({ type: z.string().nullish() }))
    .nullish()
    .describe("Steps by name, in the form of Azure's Python SDK: see the schemas of nodes."),
  inputs: z
    .record(z.string(), z.union([jobInputSchema, z.null()]))
    .nullish()
    .describe("Inputs by name, for `${{parent.inputs.x}}`."),
  outputs: z
    .record(z.string(), z.union([jobOutputSchema, z.null()]))
    .nullish()
    .describe("Outputs by name, written by the step that is bound to `${{parent.outputs.x}}`."),
  settings: pipelineSettingsSchema.nullish().describe("What holds for all steps."),
  sourceJobId: z.string().nullish().describe("Job that this one was made from."),
});

export type PipelineSettings = z.infer<typeof pipelineSettingsSchema>;
export type PipelineJob = z.infer<typeof pipelineJobSchema>;
