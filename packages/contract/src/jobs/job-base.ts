import { z } from "zod";

/** Types of job that Azure ML knows. Only {@link RUNNABLE_JOB_TYPES} are carried out so far. */
export const JOB_TYPES = ["Command", "Sweep", "Pipeline", "AutoML", "Spark", "FineTuning", "Labeling"] as const;

export const RUNNABLE_JOB_TYPES = ["Command"] as const;

/** A job's life as callers see it. The last three are final. */
export const JOB_STATUSES = [
  "NotStarted",
  "Queued",
  "Preparing",
  "Starting",
  "Running",
  "Finalizing",
  "Completed",
  "Failed",
  "Canceled",
] as const;

const TERMINAL_STATUSES: readonly string[] = ["Completed", "Failed", "Canceled"];

export function isTerminalStatus(status: string): boolean {
  return TERMINAL_STATUSES.includes(status);
}

const textMap = z.record(z.string(), z.union([z.string(), z.null()]));

/** What all types of job have in common. Unknown fields are kept and answered as they came. */
export const jobBaseSchema = z.looseObject({
  jobType: z.enum(JOB_TYPES).describe("Type of job."),
  displayName: z.string().nullish().describe("Name shown to people; the job's name when left out."),
  description: z.string().nullish().describe("What the job does."),
  experimentName: z.string().nullish().describe("Experiment that the run belongs to; 'Default' when left out."),
  tags: textMap.nullish().describe("Free labels, changeable at any time."),
  properties: textMap.nullish().describe("Free properties, fixed once set."),
  computeId: z.string().nullish().describe("Compute to run on: its id, 'serverless' (also when left out) or 'local'."),
  isArchived: z.boolean().nullish().describe("Hides the job from lists."),
  identity: z.looseObject({ identityType: z.string() }).nullish().describe("Whom the job acts as."),
  services: z.record(z.string(), z.unknown()).nullish().describe("Endpoints that belong to the job."),
});

export type JobBase = z.infer<typeof jobBaseSchema>;
export type JobStatus = (typeof JOB_STATUSES)[number];
