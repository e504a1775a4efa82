import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";

/** A job of type 'Spark'. */
export const sparkJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Spark").describe("Type of job."),
});

export type SparkJob = z.infer<typeof sparkJobSchema>;
