import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import type { Outcome } from "../../../engine/define-resource.ts";
import { cancelJob } from "../cancel-job.ts";
import { ensureExperiment, ensureRun } from "../job-run.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { finishSweep } from "./finish-sweep.ts";
import { judgeTrials, watchTrials } from "./judge-trials.ts";
import { makeTrials } from "./make-trials.ts";
import { findOpenTrials, hasEnded, type OpenTrial } from "./open-trials.ts";
import { recallTrials } from "./read-trials.ts";
import { detailOf, type SweepDetail } from "./sweep-detail.ts";
import type { Sweep, SweepMemory, SweepRecord } from "./sweep-memory.ts";
import { takeInTrial, type Progress } from "./take-in-trial.ts";

/** Looks after a sweep that nobody woke. */
const SAFETY_CHECK_MS = 15_000;

type SweepTools = ReconcileTools & { readonly record: SweepRecord };

/** Takes in trials that have ended, ends those without a chance, makes the next ones; closes the sweep after the last. */
export async function reconcileSweep(
  sweep: Sweep,
  memory: SweepMemory,
  tools: ReconcileTools,
): Promise<Outcome<JobState>> {
  if (isTerminalStatus(sweep.state.status)) {
    memory.forget(sweep);
    return { kind: "ready", state: sweep.state };
  }
  if (!sweep.state.hasRun) return begin(sweep, tools);
  const record = memory.of(sweep);
  const withRecord = { ...tools, record };
  await recallTrials(sweep, record, tools);
  const trials = await findOpenTrials(sweep, detailOf(sweep).open, tools.context);
  const progress = await takeInEnded(sweep, trials, withRecord);
  const detail = await decideStop(sweep, progress.detail, withRecord);
  const open = trials.filter((trial) => !hasEnded(trial));
  const next = await moveOn(sweep, open, { ...withRecord, detail });
  const state = { ...sweep.state, warnings: [...progress.warnings], detail: next };
  const isOver = next.open.length === 0 && (next.stop !== undefined || next.madeCount >= record.settings.trialCountMax);
  if (!isOver) return followed(sweep, state, withRecord);
  const ended = await finishSweep({ ...sweep, state }, next, withRecord);
  return { kind: "checkAgain", afterMs: 0, reason: "ended", state: ended };
}

/** The sweep's run is there before the first trial's, which names it as its parent. */
async function begin(sweep: Sweep, { context, deps }: ReconcileTools): Promise<Outcome<JobState>> {
  const at = context.clock.now();
  await ensureRun(sweep, { experimentId: await ensureExperiment(sweep, deps), status: "RUNNING", context }, deps);
  const entry = { phase: "Running", at, reason: "trials are made" } as const;
  const { goal, primaryMetric } = sweep.properties.objective;
  const addedProperties = {
    "azureml.runsource": "hyperdrive",
    runTemplate: "HyperDrive",
    platform: "AML",
    primary_metric_config: JSON.stringify({ name: primaryMetric, goal: goal.toLowerCase() }),
  };
  const state = { ...enterPhase(sweep.state, entry), hasRun: true, startedAt: at, addedProperties };
  return { kind: "checkAgain", afterMs: 0, reason: entry.reason, state };
}

async function takeInEnded(sweep: Sweep, trials: readonly OpenTrial[], tools: SweepTools): Promise<Progress> {
  let progress: Progress = { detail: detailOf(sweep), warnings: sweep.state.warnings };
  for (const trial of trials) {
    if (hasEnded(trial)) progress = await takeInTrial(sweep, trial, { ...tools, progress });
  }
  return progress;
}

/** Whether the caller or the clock has ended the sweep. */
async function decideStop(sweep: Sweep, detail: SweepDetail, tools: SweepTools): Promise<SweepDetail> {
  if (detail.stop !== undefined) return detail;
  const { context, record } = tools;
  const { timeoutMs } = record.settings;
  const stop =
    sweep.state.cancelRequestedAt !== undefined
      ? ({ kind: "canceled", reason: "The sweep was canceled." } as const)
      : timeoutMs !== undefined && context.clock.now() >= (sweep.state.startedAt ?? sweep.createdAt) + timeoutMs
        ? ({ kind: "timeout", reason: `The sweep reached its time limit of ${timeoutMs / 1_000} s.` } as const)
        : undefined;
  if (stop === undefined) return detail;
  record.log.add(context, stop.reason);
  return { ...detail, stop };
}

async function moveOn(
  sweep: Sweep,
  open: readonly OpenTrial[],
  tools: SweepTools & { detail: SweepDetail },
): Promise<SweepDetail> {
  const { detail, context, record } = tools;
  if (detail.stop !== undefined) {
    await Promise.all(open.flatMap(({ resource }) => (resource === undefined ? [] : [cancelJob(resource, context)])));
    return detail;
  }
  const next = await makeTrials(sweep, open, tools);
  watchTrials(sweep, next.open, tools);
  for (const line of await judgeTrials(sweep, open, tools)) record.log.add(context, line);
  return next;
}

async function followed(sweep: Sweep, state: JobState, tools: SweepTools): Promise<Outcome<JobState>> {
  const { context, record, deps } = tools;
  const now = context.clock.now();
  if (record.log.dueInMs(now) === 0) await record.log.write(sweep, now, deps);
  const { timeoutMs } = record.settings;
  // Trials of a stopped sweep wake it when they end; there is no time left to wait for.
  const isTimed = timeoutMs !== undefined && detailOf({ state }).stop === undefined;
  const untilTimeoutMs = isTimed ? Math.max((state.startedAt ?? now) + timeoutMs - now, 0) : SAFETY_CHECK_MS;
  const waits = [SAFETY_CHECK_MS, untilTimeoutMs, record.log.dueInMs(now) ?? SAFETY_CHECK_MS];
  return { kind: "checkAgain", afterMs: Math.min(...waits), reason: "trials run", state };
}
