import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";

/** A job of type 'Parallel'. */
export const parallelJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Parallel").describe("Type of job."),
});

export type ParallelJob = z.infer<typeof parallelJobSchema>;
