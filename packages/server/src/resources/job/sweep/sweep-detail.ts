import { z } from "zod";

import type { Job } from "../job-state.ts";

/** Failures that are kept word by word; the others are counted. */
export const FAILURES_KEPT = 5;

/**
 * What a sweep keeps of its own: counts and the trials that are open, never a line for each trial, so that the row of
 * a sweep of ten thousand stays small. What a trial came to is in its own row and in its run.
 */
const sweepDetailSchema = z.object({
  /** The caller's, or one of our own making. */
  seed: z.number().int(),
  /** Trials 0 to this, exclusive, were made. */
  madeCount: z.number().int(),
  /** Numbers of made trials whose end is not taken in yet. */
  open: z.array(z.number().int()),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  canceledCount: z.number().int(),
  /** Of the canceled: those that the policy ended. */
  endedEarlyCount: z.number().int(),
  /** Ended trials that logged the primary metric. */
  measuredCount: z.number().int(),
  /** Best completed trial so far. */
  best: z.object({ trial: z.number().int(), value: z.number() }).optional(),
  failures: z.array(z.object({ trial: z.number().int(), message: z.string() })),
  /** Why no more trials are made, once that is so before their number is reached. */
  stop: z.object({ kind: z.enum(["canceled", "timeout", "refused"]), reason: z.string() }).optional(),
});

export type SweepDetail = z.infer<typeof sweepDetailSchema>;

export function initialDetail(seed: number): SweepDetail {
  return {
    seed,
    madeCount: 0,
    open: [],
    completedCount: 0,
    failedCount: 0,
    canceledCount: 0,
    endedEarlyCount: 0,
    measuredCount: 0,
    failures: [],
  };
}

export function detailOf(job: Pick<Job, "state">): SweepDetail {
  return sweepDetailSchema.parse(job.state.detail);
}

/** A trial is named after its sweep, as Azure does. */
export function trialName(sweepName: string, trial: number): string {
  return `${sweepName}_${trial}`;
}

export function trialNumber(sweepName: string, name: string): number | undefined {
  const number = name.startsWith(`${sweepName}_`) ? Number(name.slice(sweepName.length + 1)) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}
