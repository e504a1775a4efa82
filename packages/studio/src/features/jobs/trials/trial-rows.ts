import type { ChildRun } from "../../../api/child-jobs.ts";
import type { Job } from "../../../api/jobs.ts";
import type { Sorting } from "../../../ui/data-table.tsx";

/** A trial of a sweep with what it tried and reached. */
export interface Trial {
  readonly job: Job;
  readonly params: Readonly<Record<string, string>>;
  /** Last value of the primary metric; `undefined` before it is logged. */
  readonly value: number | undefined;
  readonly isBest: boolean;
}

/** More parameters than these make no table that anybody reads. */
const PARAMETERS_MAX = 12;

export function toTrials(options: {
  readonly jobs: readonly Job[];
  readonly runs: ReadonlyMap<string, ChildRun>;
  readonly metric: string;
  readonly isMaximized: boolean;
}): { trials: readonly Trial[]; parameters: readonly string[] } {
  const { jobs, runs, metric, isMaximized } = options;
  const values = jobs.map((job) => runs.get(job.name)?.metrics[metric]);
  const reached = values.flatMap((value) => (value === undefined || Number.isNaN(value) ? [] : [value]));
  const best = isMaximized ? Math.max(...reached) : Math.min(...reached);
  const firstBest = values.indexOf(best);
  const trials = jobs.map((job, index): Trial => {
    return { job, params: searchedParams(job), value: values[index], isBest: index === firstBest };
  });
  const parameters = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))].slice(0, PARAMETERS_MAX);
  return { trials, parameters };
}

/** The point of the search space that the trial was made for; its inputs hold the same for all trials, too. */
function searchedParams(job: Job): Record<string, string> {
  const text = job.properties.properties?.["hyperparameters"] ?? job.properties.tags?.["hyperparameters"];
  if (typeof text !== "string") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, showValue(each)]));
  } catch {
    // Somebody else's property of the same name: no parameters to show.
    return {};
  }
}

function showValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Trials without a value come last, whichever way the rest goes. */
export function sortTrials(trials: readonly Trial[], { column, isDescending }: Sorting): readonly Trial[] {
  const sign = isDescending ? -1 : 1;
  const keyOf = (trial: Trial): number | string | undefined =>
    column === "metric" ? trial.value : toKey(trial.params[column.slice("param:".length)]);
  return trials.toSorted((left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    if (typeof a === "number" && typeof b === "number") return (a - b) * sign;
    return String(a).localeCompare(String(b)) * sign;
  });
}

function toKey(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
