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
  const { hasRun, reusedFrom } = job.state;
  if (hasRun || reusedFrom === undefined) return { kind: "ready" };
  const endedAt = job.state.endedAt ?? context.clock.now();
  const experimentId = await ensureExperiment(job, deps);
  await ensureRun(job, { experimentId, status: "FINISHED", context, endedAt }, deps);
  const original = await deps.tracking.findRun(job.parentKey, reusedFrom);
  const metrics = Object.entries(original?.metrics ?? {}).map(([key, point]) => ({ key, ...point }));
  const params = original?.params ?? {};
  if (Object.keys(params).length > 0) await deps.tracking.logParams(job.parentKey, job.name, params);
  if (metrics.length > 0) await deps.tracking.logMetrics(job.parentKey, job.name, metrics);
  return { kind: "ready", state: { ...job.state, hasRun: true } };
}
