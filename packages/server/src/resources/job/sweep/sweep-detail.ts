import { taskErrorSchema, type TaskError } from "@lazuli/contract/node/task-report.ts";
import { z } from "zod";

import type { Job } from "../job-state.ts";

/** Kinds of failure that are kept word by word; trials that failed in yet another way are only counted. */
const FAILURES_KEPT = 5;
/** Trials that are named for each. */
const FAILED_TRIALS_KEPT = 3;

/** One way in which trials failed. */
const failureSchema = z.object({
  error: taskErrorSchema.pick({ category: true, code: true, message: true, hint: true }),
  count: z.number().int(),
  /** The first of them. */
  trials: z.array(z.number().int()),
});

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
  failures: z.array(failureSchema),
  /** Why no more trials are made, once that is so before their number is reached. */
  stop: z.object({ kind: z.enum(["canceled", "timeout", "refused"]), reason: z.string() }).optional(),
});

export type SweepDetail = z.infer<typeof sweepDetailSchema>;
export type TrialFailure = z.infer<typeof failureSchema>;

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

/** Counts a failed trial among those that failed in the same way. */
export function countFailure(
  failures: readonly TrialFailure[],
  trial: number,
  error: Omit<TaskError, "logTail">,
): TrialFailure[] {
  const known = failures.find((one) => one.error.message === error.message);
  if (known === undefined) {
    const { category, code, message, hint } = error;
    const own = { category, code, message, ...(hint !== undefined && { hint }) };
    return failures.length < FAILURES_KEPT ? [...failures, { error: own, count: 1, trials: [trial] }] : [...failures];
  }
  const trials = known.trials.length < FAILED_TRIALS_KEPT ? [...known.trials, trial] : known.trials;
  return failures.map((one) => (one === known ? { ...known, count: known.count + 1, trials } : one));
}

/** A trial is named after its sweep, as Azure does. */
export function trialName(sweepName: string, trial: number): string {
  return `${sweepName}_${trial}`;
}

export function trialNumber(sweepName: string, name: string): number | undefined {
  const number = name.startsWith(`${sweepName}_`) ? Number(name.slice(sweepName.length + 1)) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}
