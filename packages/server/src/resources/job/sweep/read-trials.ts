import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { z } from "zod";

import { pointOf, type Parameters } from "../../../domain/search/parameters.ts";
import { bestOf } from "../../../domain/search/pick-losers.ts";
import type { Observation } from "../../../domain/search/suggest-point.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import type { MetricPoint } from "../../../tracking/tracking-store.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { trialNumber } from "./sweep-detail.ts";
import type { SeriesRecord, Sweep, SweepRecord } from "./sweep-memory.ts";
import { PARAMETERS_TAG } from "./trial-job.ts";

/** Trials that are compared with one another and learned from: the newest. */
const TRIALS_READ_MAX = 1_000;

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);
const parametersSchema: z.ZodType<Parameters> = z.lazy(() =>
  z.record(z.string(), z.union([scalarSchema, parametersSchema])),
);
const trialPropertiesSchema = z.looseObject({ properties: z.looseObject({ [PARAMETERS_TAG]: z.string() }) });
const trialStateSchema = z.looseObject({ status: z.string() });

/** What the trial runs with, as it was made. */
export function parametersOf(trial: Pick<Resource, "properties">): Parameters {
  const { properties } = trialPropertiesSchema.parse(trial.properties);
  return parametersSchema.parse(JSON.parse(properties[PARAMETERS_TAG]));
}

export function statusOf(trial: Pick<Resource, "state">): string {
  return trialStateSchema.parse(trial.state).status;
}

/** Reads what trials logged before this process knew of the sweep, when policy or sampler want to know it. */
export async function recallTrials(
  sweep: Sweep,
  record: SweepRecord,
  tools: { context: ResourceContext; deps: JobDependencies },
): Promise<void> {
  const { sampler, policy, metric, goal, space } = record.settings;
  const needsObservations = sampler.algorithm === "Bayesian" && record.observations === undefined;
  const needsSeries = policy !== undefined && record.series === undefined;
  if (!needsObservations && !needsSeries) return;
  const page = await tools.context.resources.list({
    parentKey: sweep.parentKey,
    type: sweep.type,
    owner: sweep.key,
    order: "created-desc",
    limit: TRIALS_READ_MAX,
  });
  const observations = new Map<number, Observation>();
  const series = new Map<number, SeriesRecord>();
  for (const trial of page.items) {
    const number = trialNumber(sweep.name, trial.name);
    if (number === undefined) continue;
    const points = await tools.deps.tracking.metricHistory(sweep.parentKey, trial.name, metric);
    const isEnded = isTerminalStatus(statusOf(trial));
    series.set(number, appendPoints(newSeries(), points, isEnded));
    const best = bestOf(
      points.map(({ value }) => value),
      points.length,
      goal,
    );
    if (isEnded && best !== undefined) {
      observations.set(number, {
        point: pointOf(space, parametersOf(trial)),
        loss: goal === "Maximize" ? -best : best,
      });
    }
  }
  if (needsObservations) record.observations = observations;
  if (needsSeries) record.series = series;
}

export function newSeries(): SeriesRecord {
  return { values: [], isEnded: false, last: undefined, judgedAt: 0 };
}

/** Adds points read from position `values.length` on. A point that was sent twice is counted once. */
export function appendPoints(series: SeriesRecord, points: readonly MetricPoint[], isEnded: boolean): SeriesRecord {
  for (const point of points) {
    const name = `${point.at} ${point.step} ${point.value}`;
    if (name === series.last) continue;
    series.values.push(point.value);
    series.last = name;
  }
  series.isEnded ||= isEnded;
  return series;
}

/** Forgets the oldest of the ended trials beyond what is compared. */
export function limitRecord(record: SweepRecord): void {
  for (const numbers of [record.observations, record.series]) {
    for (const number of numbers?.keys() ?? []) {
      if ((numbers?.size ?? 0) <= TRIALS_READ_MAX) break;
      if (!record.watches.has(number)) numbers?.delete(number);
    }
  }
}
