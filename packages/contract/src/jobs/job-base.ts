import { z } from "zod";

import { azureWord } from "../shared/azure-word.ts";

import { jobInputSchema, jobOutputSchema } from "./data-binding.ts";

/** Types of job that Azure ML knows. Only {@link RUNNABLE_JOB_TYPES} are carried out so far. */
export const JOB_TYPES = [
  "Command",
  "Sweep",
  "Pipeline",
  "Parallel",
  "Spark",
  "AutoML",
  "FineTuning",
  "Labeling",
] as const;

/** Those that are carried out. `Parallel` exists only as a step of a pipeline. */
export const RUNNABLE_JOB_TYPES = ["Command", "Sweep", "Pipeline", "Parallel", "Spark"] as const;

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

/** What one can be told of. */
export const JOB_EVENTS = ["JobCompleted", "JobFailed", "JobCancelled"] as const;

const WEBHOOKS_MAX = 20;
const EMAILS_MAX = 50;

const webhookSchema = z.looseObject({
  webhookType: z.string().describe("Kind of receiver; all get the same JSON."),
  eventType: azureWord(JOB_EVENTS).nullish().describe("What it is told of; every end when left out."),
  url: z
    .url({ protocol: /^https?$/, error: "write the whole http or https URL that is to be called" })
    .describe("Where it is posted to."),
});

export const notificationSettingSchema = z.looseObject({
  emailOn: z.array(azureWord(JOB_EVENTS)).nullish().describe("What e-mail is sent on."),
  emails: z.array(z.email()).max(EMAILS_MAX).nullish().describe("Who gets the e-mail; who submitted the job."),
  webhooks: z
    .record(z.string(), webhookSchema)
    .refine((webhooks) => Object.keys(webhooks).length <= WEBHOOKS_MAX, `at most ${WEBHOOKS_MAX}`)
    .nullish()
    .describe("Programs that are told, by a name of one's own."),
});

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
  inputs: z
    .record(z.string(), z.union([jobInputSchema, z.null()]))
    .nullish()
    .describe("Inputs by name."),
  outputs: z
    .record(z.string(), z.union([jobOutputSchema, z.null()]))
    .nullish()
    .describe("Outputs by name."),
  isArchived: z.boolean().nullish().describe("Hides the job from lists."),
  identity: z.looseObject({ identityType: z.string() }).nullish().describe("Whom the job acts as."),
  parentJobName: z.string().nullish().describe("Job that this one belongs to, as a step to its pipeline."),
  notificationSetting: notificationSettingSchema.nullish().describe("Who is told when the job ends."),
  services: z.record(z.string(), z.unknown()).nullish().describe("Endpoints that belong to the job."),
});

export type JobEvent = (typeof JOB_EVENTS)[number];
export type NotificationSetting = z.infer<typeof notificationSettingSchema>;
export type JobBase = z.infer<typeof jobBaseSchema>;
export type JobStatus = (typeof JOB_STATUSES)[number];
