import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";
import { azureWord } from "../shared/azure-word.ts";
import { stringMapSchema } from "../shared/string-map.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** Longest interval; what is more is another frequency. */
const INTERVAL_MAX = 10_000;

const times = {
  startTime: z
    .string()
    .nullish()
    .describe(
      "First time it may run, as '2026-01-31T08:00:00', by the time zone's clock unless it has an offset; now.",
    ),
  endTime: z.string().nullish().describe("Last time it may run, written as the start."),
  timeZone: z.string().nullish().describe("Windows or IANA name of the clock that it goes by; 'UTC'."),
};

const list = (lowest: number, highest: number) => z.array(z.number().int().min(lowest).max(highest)).nullish();

export const recurrencePatternSchema = z.looseObject({
  hours: list(0, 23).describe("Hours of the day; the start's when left out."),
  minutes: list(0, 59).describe("Minutes of the hour; the start's when left out."),
  weekDays: z.array(azureWord(WEEKDAYS)).nullish().describe("Days of the week."),
  monthDays: list(1, 31).describe("Days of the month; a month that lacks one passes it over."),
});

const cronTriggerSchema = z.looseObject({
  ...times,
  triggerType: z.literal("Cron"),
  expression: z.string().min(1).describe("Minute, hour, day of month, month and day of week."),
});

const recurrenceTriggerSchema = z.looseObject({
  ...times,
  triggerType: z.literal("Recurrence"),
  frequency: azureWord(["Minute", "Hour", "Day", "Week", "Month"]).describe("Unit of the interval."),
  interval: z.number().int().min(1).max(INTERVAL_MAX).describe("Runs every so many units."),
  schedule: recurrencePatternSchema.nullish().describe("Chooses times within the units."),
});

export const scheduleTriggerSchema = z.discriminatedUnion("triggerType", [cronTriggerSchema, recurrenceTriggerSchema]);

/** A job's properties before anything is filled in; they are checked as a job's when the schedule is made. */
const jobDefinitionSchema = z
  .looseObject({
    jobType: z.string().describe("Type of job."),
    sourceJobId: z.string().nullish().describe("Job whose definition is taken; what else is given changes it."),
  })
  .describe("The job that each run makes.");

const createJobActionSchema = z.looseObject({
  actionType: z.literal("CreateJob"),
  jobDefinition: jobDefinitionSchema,
});

const otherActionSchema = z.looseObject({
  actionType: z.enum(["InvokeBatchEndpoint", "ImportData", "CreateMonitor"]),
});

export const scheduleActionSchema = z.discriminatedUnion("actionType", [createJobActionSchema, otherActionSchema]);

export const schedulePropertiesSchema = z.looseObject({
  displayName: z.string().nullish().describe("Name shown to people."),
  description: z.string().nullish().describe("What the schedule is for."),
  tags: stringMapSchema.nullish().describe("Free labels."),
  properties: stringMapSchema.nullish().describe("Free text by name."),
  isEnabled: z.boolean().nullish().describe("Whether it runs; true when left out."),
  trigger: scheduleTriggerSchema.describe("When it runs."),
  action: scheduleActionSchema.describe("What it does then."),
});

/** Body of `trigger`. */
export const triggerOnceSchema = z.looseObject({
  scheduleTime: z.string().nullish().describe("The time that the run is for; now."),
});

export const scheduleType = defineResourceType({
  type: "workspaces/schedules",
  noun: "schedule",
  properties: schedulePropertiesSchema,
  example: {
    properties: {
      displayName: "Train every night",
      isEnabled: true,
      trigger: { triggerType: "Cron", expression: "30 2 * * *", timeZone: "W. Europe Standard Time" },
      action: {
        actionType: "CreateJob",
        jobDefinition: {
          jobType: "Command",
          command: "python train.py",
          environmentId: "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
        },
      },
    },
  },
  longRunning: true,
  actions: [{ name: "trigger", longRunning: false, description: "Runs the schedule's action once, now." }],
});

export type RecurrencePattern = z.infer<typeof recurrencePatternSchema>;
export type RecurrenceTrigger = z.infer<typeof recurrenceTriggerSchema>;
export type ScheduleTrigger = z.infer<typeof scheduleTriggerSchema>;
export type ScheduleAction = z.infer<typeof scheduleActionSchema>;
export type ScheduleProperties = z.infer<typeof schedulePropertiesSchema>;
