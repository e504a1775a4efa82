import { pointOf } from "../../../domain/search/parameters.ts";
import { bestOf, isBetter } from "../../../domain/search/pick-losers.ts";
import { nearestName } from "../../../domain/expressions/bind-template.ts";
import { jobStateSchema, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import type { OpenTrial } from "./open-trials.ts";
import { appendPoints, limitRecord, newSeries, parametersOf } from "./read-trials.ts";
import { countFailure, type SweepDetail } from "./sweep-detail.ts";
import type { Sweep, SweepRecord } from "./sweep-memory.ts";
import { flattenParameters } from "./trial-job.ts";

const METRICS_NAMED_MAX = 10;
const UNKNOWN_FAILURE = { category: "system", code: "TrialFailed", message: "The trial failed." } as const;

/** What a sweep has come to after the end of a trial. */
export interface Progress {
  readonly detail: SweepDetail;
  readonly warnings: readonly string[];
}

/** Counts an ended trial, keeps its best value, and writes its parameters to its run where its script did not. */
export async function takeInTrial(
  sweep: Sweep,
  trial: OpenTrial,
  {
    progress,
    record,
    context,
    deps,
  }: { progress: Progress; record: SweepRecord } & Pick<ReconcileTools, "context" | "deps">,
): Promise<Progress> {
  const { metric, goal, space } = record.settings;
  const { number, name, resource, status } = trial;
  const detail = { ...progress.detail, open: progress.detail.open.filter((one) => one !== number) };
  if (resource === undefined) {
    record.log.add(context, `Trial '${name}' was deleted.`);
    return { ...progress, detail: { ...detail, canceledCount: detail.canceledCount + 1 } };
  }
  const state = jobStateSchema.parse(resource.state);
  const parameters = parametersOf(resource);
  const [points] = await Promise.all([
    deps.tracking.metricHistory(sweep.parentKey, name, metric),
    deps.tracking.logMissingParams(sweep.parentKey, name, flattenParameters(parameters)),
  ]);
  const value = bestOf(
    points.map((point) => point.value),
    points.length,
    goal,
  );
  record.series?.set(number, appendPoints(newSeries(), points, true));
  if (value !== undefined) {
    record.observations?.set(number, { point: pointOf(space, parameters), loss: goal === "Maximize" ? -value : value });
  }
  limitRecord(record);
  const counted = count(detail, { number, status, state, value, goal });
  record.log.add(context, describe(trial, state, value === undefined ? "" : ` with ${metric} = ${value}`));
  const isFirst = status === "Completed" && points.length === 0 && counted.measuredCount === 0;
  const isSaid = progress.warnings.some((warning) => warning.includes("primary metric"));
  if (!isFirst || isSaid) return { ...progress, detail: counted };
  const warning = await describeMissingMetric(sweep, { name, metric }, { deps });
  record.log.add(context, `Warning: ${warning}`);
  return { detail: counted, warnings: [...progress.warnings, warning] };
}

function count(
  detail: SweepDetail,
  trial: {
    number: number;
    status: string;
    state: JobState;
    value: number | undefined;
    goal: SweepRecord["settings"]["goal"];
  },
): SweepDetail {
  const { number, status, state, value, goal } = trial;
  const measuredCount = detail.measuredCount + (value === undefined ? 0 : 1);
  if (status === "Canceled") {
    const isEarly = state.addedProperties["azureml.hyperdrive.endedEarly"] === "true";
    const endedEarlyCount = detail.endedEarlyCount + (isEarly ? 1 : 0);
    return { ...detail, measuredCount, endedEarlyCount, canceledCount: detail.canceledCount + 1 };
  }
  if (status === "Failed") {
    const failures = countFailure(detail.failures, number, state.error ?? UNKNOWN_FAILURE);
    return { ...detail, measuredCount, failures, failedCount: detail.failedCount + 1 };
  }
  const isBest = value !== undefined && (detail.best === undefined || isBetter(value, detail.best.value, goal));
  return {
    ...detail,
    measuredCount,
    completedCount: detail.completedCount + 1,
    ...(isBest && { best: { trial: number, value } }),
  };
}

function describe({ name, status }: OpenTrial, state: JobState, measured: string): string {
  const reason = state.error === undefined ? "" : `: ${state.error.message}`;
  return `Trial '${name}' ended as ${status}${measured}${reason}`;
}

/** Names what the trial logged instead, so that a slip of the fingers is seen after one trial, not after all. */
async function describeMissingMetric(
  sweep: Sweep,
  { name, metric }: { name: string; metric: string },
  { deps }: Pick<ReconcileTools, "deps">,
): Promise<string> {
  const run = await deps.tracking.findRun(sweep.parentKey, name);
  const logged = Object.keys(run?.metrics ?? {});
  const nearest = nearestName(metric, logged);
  const names = logged.slice(0, METRICS_NAMED_MAX).map((one) => `'${one}'`);
  const found = logged.length === 0 ? "It logged no metric at all." : `It logged ${names.join(", ")}.`;
  const advice = nearest === undefined ? "Without it no trial can be the best." : `Did you mean '${nearest}'?`;
  return `Trial '${name}' completed without logging the primary metric '${metric}'. ${found} ${advice}`;
}
