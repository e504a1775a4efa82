import type { JobDependencies } from "../job-dependencies.ts";
import type { Job } from "../job-state.ts";

/** The last value of a metric in both jobs; `null` in one that did not log it. */
export interface MetricDifference {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  /** After minus before. */
  readonly change: number | null;
}

export async function diffMetrics(before: Job, after: Job, deps: JobDependencies): Promise<MetricDifference[]> {
  const [one, other] = await Promise.all(
    [before, after].map(async (job) => (await deps.tracking.findRun(job.parentKey, job.name))?.metrics ?? {}),
  );
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])].sort();
  return names.flatMap((name) => {
    const [from, to] = [one?.[name]?.value ?? null, other?.[name]?.value ?? null];
    if (Object.is(from, to)) return [];
    return [{ name, before: from, after: to, change: from === null || to === null ? null : to - from }];
  });
}
