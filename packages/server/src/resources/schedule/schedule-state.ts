import type { ScheduleProperties } from "@lazuli/contract/resources/schedule.ts";
import { z } from "zod";

import type { Resource } from "../../engine/resources/resource.ts";

/** Runs that are shown, newest first. */
export const RUNS_SHOWN_MAX = 20;

const runSchema = z.object({
  /** The time that the run was for, in milliseconds since 1970 like all times here. */
  dueAt: z.number(),
  /** When it was carried out. */
  at: z.number(),
  jobName: z.string().optional(),
  /** Why there is no job. */
  error: z.string().optional(),
});

export const scheduleStateSchema = z.object({
  /** Whose rights the jobs need: who wrote the schedule last. */
  owner: z.object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    kind: z.enum(["user", "servicePrincipal", "task"]),
    scopes: z.array(z.string()).optional(),
  }),
  /** When the trigger was given: what a recurrence without a start counts from. */
  plannedAt: z.number(),
  /** The next run; absent while there is none. */
  dueAt: z.number().optional(),
  runs: z.array(runSchema),
  /** The newest run that was passed over because the server was not there. */
  missed: z.object({ dueAt: z.number(), noticedAt: z.number() }).optional(),
});

export type ScheduleState = z.infer<typeof scheduleStateSchema>;
export type ScheduleRun = z.infer<typeof runSchema>;
export type Schedule = Resource<ScheduleProperties, ScheduleState>;

export const initialScheduleState: ScheduleState = {
  owner: { id: "", tenantId: "", name: "", kind: "user" },
  plannedAt: 0,
  runs: [],
};

export function addRun(state: ScheduleState, run: ScheduleRun): ScheduleState {
  return { ...state, runs: [run, ...state.runs].slice(0, RUNS_SHOWN_MAX) };
}
