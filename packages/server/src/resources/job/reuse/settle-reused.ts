import type { Outcome } from "../../../engine/define-resource.ts";
import { ensureExperiment, ensureRun } from "../job-run.ts";
import type { Job, JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";

/**
 * Gives a reused step its run in MLflow, with the parameters and last metrics of the run that it stands for. Nothing
 * waits for it: steps that follow only need the outputs.
 */
export async function settleReused(job: Job, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  const { hasRun, endedAt, reusedFrom } = job.state;
  if (hasRun || reusedFrom === undefined) return { kind: "ready" };
  const experimentId = await ensureExperiment(job, deps);
  await ensureRun(job, { experimentId, status: "RUNNING", context }, deps);
  const original = await deps.tracking.findRun(job.parentKey, reusedFrom);
  if (original !== undefined) {
    const metrics = Object.entries(original.metrics).map(([key, point]) => ({ key, ...point }));
    await deps.tracking.logParams(job.parentKey, job.name, original.params);
    await deps.tracking.logMetrics(job.parentKey, job.name, metrics);
  }
  await deps.tracking.setRunStatus(job.parentKey, job.name, "FINISHED", endedAt ?? context.clock.now());
  return { kind: "ready", state: { ...job.state, hasRun: true } };
}
