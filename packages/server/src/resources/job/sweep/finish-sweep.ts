import type { TaskError, TaskResult } from "@lazuli/contract/node/task-report.ts";

import { findChild } from "../children/child-jobs.ts";
import { endJob } from "../end-job.ts";
import type { JobState } from "../job-state.ts";
import { registerOutputs } from "../leaf/register-outputs.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { trialName, type SweepDetail, type TrialFailure } from "./sweep-detail.ts";
import type { Sweep, SweepRecord } from "./sweep-memory.ts";

/** Closes a sweep none of whose trials is open: its outputs are those of the best trial. */
export async function finishSweep(
  sweep: Sweep,
  detail: SweepDetail,
  { record, context, deps }: { record: SweepRecord } & ReconcileTools,
): Promise<JobState> {
  const { outcome, reason, error } = judge(sweep, detail, record);
  const withBest = await withBestTrial(sweep, detail, { context, deps });
  const warnings = detail.stop?.kind === "timeout" ? [...withBest.warnings, detail.stop.reason] : withBest.warnings;
  const state = { ...withBest, warnings };
  const registered = outcome === "completed" ? await registerOutputs({ ...sweep, state }, context) : undefined;
  const { addedProperties } = state;
  await deps.tracking.setTags(sweep.parentKey, sweep.name, addedProperties);
  record.log.add(context, reason);
  const now = context.clock.now();
  await record.log.write(sweep, now, deps);
  const result: TaskResult = {
    outcome,
    exitCode: null,
    endedAt: now,
    substitutions: {},
    ...(sweep.state.startedAt !== undefined && { startedAt: sweep.state.startedAt }),
    ...(error !== undefined && { error }),
  };
  return endJob({ ...sweep, state: { ...state, ...registered } }, { result, context, reason }, deps);
}

function judge(
  sweep: Sweep,
  detail: SweepDetail,
  { settings }: SweepRecord,
): { outcome: TaskResult["outcome"]; reason: string; error?: TaskError } {
  const { stop, completedCount, failedCount, best } = detail;
  if (stop?.kind === "refused") {
    return failure({
      category: "user",
      code: "TrialRefused",
      message: stop.reason,
      hint: "Submit the sweep again once that is mended.",
    });
  }
  if (stop !== undefined) return { outcome: "canceled", reason: stop.reason };
  if (completedCount === 0 && failedCount > 0) return failure(allFailed(sweep, detail));
  if (completedCount === 0) return { outcome: "canceled", reason: "All trials were canceled." };
  const ending =
    best === undefined
      ? ""
      : `; the best is '${trialName(sweep.name, best.trial)}' with ${settings.metric} = ${best.value}`;
  return { outcome: "completed", reason: `${describeCounts(detail)}${ending}` };
}

function failure(error: Omit<TaskError, "logTail">): { outcome: "failed"; reason: string; error: TaskError } {
  return { outcome: "failed", reason: error.message, error: { ...error, logTail: [] } };
}

/** The fault is whosever most trials' was. */
function allFailed(sweep: Sweep, { failures, failedCount, canceledCount }: SweepDetail): Omit<TaskError, "logTail"> {
  const [most] = failures.toSorted((left, right) => right.count - left.count);
  const hint = most?.error.hint ?? "Open the log of one of the trials; they all run the same command.";
  const all = failedCount === 1 ? "The only trial failed" : `All ${failedCount} trials failed`;
  const beginning =
    canceledCount === 0 ? all : `No trial completed, ${failedCount} failed and ${canceledCount} were canceled`;
  const told = failures.map((one) => describeFailure(sweep, one));
  const untoldCount = failedCount - failures.reduce((sum, { count }) => sum + count, 0);
  const rest = untoldCount === 0 ? [] : [`${untoldCount} in other ways`];
  const message = `${beginning}. ${[...told, ...rest].join("; ")}`;
  return { category: most?.error.category ?? "user", code: "AllTrialsFailed", message, hint };
}

function describeFailure(sweep: Sweep, { error, trials, count }: TrialFailure): string {
  const names = trials.map((trial) => `'${trialName(sweep.name, trial)}'`).join(", ");
  const more = count > trials.length ? ` and ${count - trials.length} more` : "";
  return `${names}${more}: ${error.message}`;
}

function describeCounts({ completedCount, failedCount, endedEarlyCount, canceledCount }: SweepDetail): string {
  const parts = [
    `${completedCount} ${completedCount === 1 ? "trial" : "trials"} completed`,
    failedCount > 0 ? `${failedCount} failed` : [],
    endedEarlyCount > 0 ? `${endedEarlyCount} ended early` : [],
    canceledCount > endedEarlyCount ? `${canceledCount - endedEarlyCount} canceled` : [],
  ];
  return parts.flat().join(", ");
}

async function withBestTrial(
  sweep: Sweep,
  { best }: SweepDetail,
  { context }: Pick<ReconcileTools, "context" | "deps">,
): Promise<JobState> {
  const { state } = sweep;
  if (best === undefined) {
    return { ...state, addedProperties: { ...state.addedProperties, best_metric_status: "Failed" } };
  }
  const name = trialName(sweep.name, best.trial);
  const child = await findChild(sweep, name, context);
  const outputs = Object.entries(child?.state.outputs ?? {}).map(([output, { type, uri }]) => [output, { type, uri }]);
  return {
    ...state,
    outputs: Object.fromEntries(outputs),
    addedProperties: {
      ...state.addedProperties,
      best_child_run_id: name,
      score: String(best.value),
      best_metric_status: "Succeeded",
    },
  };
}
