import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";

/** A job of type 'Pipeline'. */
export const pipelineJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Pipeline").describe("Type of job."),
});

export type PipelineJob = z.infer<typeof pipelineJobSchema>;
