import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";

/** A job of type 'Sweep'. */
export const sweepJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Sweep").describe("Type of job."),
});

export type SweepJob = z.infer<typeof sweepJobSchema>;
