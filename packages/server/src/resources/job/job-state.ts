import { JOB_STATUSES } from "@lazuli/contract/jobs/job-base.ts";
import { dataTypes } from "@lazuli/contract/node/task-spec.ts";
import { SERVICE_STATUSES, SERVICE_TYPES } from "@lazuli/contract/node/task-service.ts";
import { taskErrorSchema } from "@lazuli/contract/node/task-report.ts";
import type { JobProperties } from "@lazuli/contract/resources/job.ts";
import { z } from "zod";

import type { Resource } from "../../engine/resources/resource.ts";
import { initialLeafState, leafStateSchema } from "./leaf/leaf-state.ts";

const timelineEntrySchema = z.object({
  phase: z.enum(JOB_STATUSES),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** A sentence for people. */
  reason: z.string(),
});

const jobOutputStateSchema = z.object({
  type: z.enum(dataTypes),
  /** Where the output lies, as an `azureml://` reference. */
  uri: z.string(),
  /** Data or model version that it was registered as. */
  assetId: z.string().optional(),
});

const jobServiceStateSchema = z.object({
  type: z.enum(SERVICE_TYPES),
  status: z.enum(SERVICE_STATUSES),
  /** Path below the server; absent for what is not reached through it. */
  path: z.string().optional(),
  /** Where else it is reached. */
  address: z.string().optional(),
  port: z.number().int().optional(),
  error: z.string().optional(),
});

const deliverySchema = z.object({
  /** The same for each try, so that a receiver can drop a repeated one. */
  id: z.string(),
  receiver: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("email"), address: z.string() }),
    z.object({ kind: z.literal("webhook"), name: z.string(), url: z.string() }),
  ]),
  tries: z.number().int(),
  /** When it is tried next; absent once it has arrived or is given up. */
  nextAt: z.number().optional(),
});

export const jobStateSchema = z.object({
  status: z.enum(JOB_STATUSES),
  timeline: z.array(timelineEntrySchema),
  /** Who the job's tokens are made for. */
  submittedBy: z.object({ id: z.string(), tenantId: z.string(), name: z.string() }),
  /** Counts tasks: a task that never began is replaced, one that began never is. */
  attempt: z.number().int(),
  /** Whether MLflow's run is there. */
  hasRun: z.boolean(),
  /** The job at the top, of a job that belongs to another. */
  rootJobName: z.string().optional(),
  cancelRequestedAt: z.number().optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  exitCode: z.number().int().nullable(),
  error: taskErrorSchema.optional(),
  warnings: z.array(z.string()),
  substitutions: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), jobOutputStateSchema),
  /** Job whose outputs stand for this one's, of a step that did not have to run. */
  reusedFrom: z.string().optional(),
  /** Properties that the platform adds to those of the caller, as `best_child_run_id`. */
  addedProperties: z.record(z.string(), z.string()).default({}),
  /** Whether the ended task is forgotten. */
  isCleared: z.boolean(),
  /** Of a job that runs on nodes. */
  leaf: leafStateSchema.default(initialLeafState),
  /** Programs beside the command, by their name, as they last were. */
  services: z.record(z.string(), jobServiceStateSchema).optional(),
  /** News of the job's end, from then on. */
  deliveries: z.array(deliverySchema).optional(),
  /** What the kind of the job keeps of its own, in a schema of its own. */
  detail: z.record(z.string(), z.unknown()).default({}),
});

export type JobState = z.infer<typeof jobStateSchema>;
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
export type JobOutputState = z.infer<typeof jobOutputStateSchema>;
export type JobServiceState = z.infer<typeof jobServiceStateSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Job = Resource<JobProperties, JobState>;

/** Entries kept: the first of each phase and the newest. */
const TIMELINE_ENTRIES_MAX = 200;

export const initialJobState: JobState = {
  status: "NotStarted",
  timeline: [],
  submittedBy: { id: "", tenantId: "", name: "" },
  attempt: 1,
  hasRun: false,
  exitCode: null,
  warnings: [],
  substitutions: {},
  outputs: {},
  addedProperties: {},
  isCleared: false,
  leaf: initialLeafState,
  detail: {},
};

/** Moves the job on to a phase; a phase with a new reason gets an entry of its own. */
export function enterPhase(state: JobState, entry: TimelineEntry): JobState {
  const last = state.timeline.at(-1);
  const isKnown = last !== undefined && last.phase === entry.phase && last.reason === entry.reason;
  const timeline = isKnown ? state.timeline : limitTimeline([...state.timeline, entry]);
  return { ...state, status: entry.phase, timeline };
}

/** Drops the middle of a phase that has too much to tell. */
export function limitTimeline(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  if (timeline.length <= TIMELINE_ENTRIES_MAX) return [...timeline];
  const half = TIMELINE_ENTRIES_MAX / 2;
  return [...timeline.slice(0, half), ...timeline.slice(-half)];
}
