export type Goal = "Minimize" | "Maximize";

/** Values of the primary metric in the order in which a trial logged them: each is one interval. */
export interface TrialSeries {
  readonly values: readonly number[];
  readonly isEnded: boolean;
}

export type TerminationPolicy = {
  /** A trial is looked at each time the count of its values is a multiple of this. */
  readonly interval: number;
  /** Values before the first look. */
  readonly delay: number;
} & (
  | { readonly kind: "bandit"; readonly slackFactor: number | undefined; readonly slackAmount: number | undefined }
  | { readonly kind: "median" }
  | { readonly kind: "truncation"; readonly percentage: number; readonly excludesEnded: boolean }
);

/** The interval at which a trial of so many values is looked at; `undefined` when its time has not come. */
export function intervalToJudge(policy: TerminationPolicy, valueCount: number): number | undefined {
  const interval = Math.floor(valueCount / policy.interval) * policy.interval;
  return interval >= Math.max(policy.delay, 1) ? interval : undefined;
}

/**
 * Why a trial should end at interval `at`, as a sentence; `undefined` when it may go on. Others count only with what
 * they had logged by the same interval, so that an old trial does not win by its age.
 */
export function reasonToEnd(
  policy: TerminationPolicy,
  trial: TrialSeries,
  { all, at, goal }: { readonly all: readonly TrialSeries[]; readonly at: number; readonly goal: Goal },
): string | undefined {
  const own = bestOf(trial.values, at, goal);
  const compared = { own, at, goal };
  if (policy.kind === "bandit") return banditReason(policy, all, compared);
  if (policy.kind === "median") return medianReason(all, compared);
  return truncationReason(policy, all, compared);
}

interface Compared {
  /** The trial's best value up to the interval; `undefined` when all are no numbers. */
  readonly own: number | undefined;
  readonly at: number;
  readonly goal: Goal;
}

function banditReason(
  policy: Extract<TerminationPolicy, { kind: "bandit" }>,
  all: readonly TrialSeries[],
  { own, at, goal }: Compared,
): string | undefined {
  const bests = all.flatMap(({ values }) => bestOf(values, at, goal) ?? []);
  const best = pickBest(bests, goal);
  if (best === undefined) return undefined;
  const slack = policy.slackAmount ?? slackOf(best, policy.slackFactor ?? 0, goal);
  const limit = goal === "Maximize" ? best - slack : best + slack;
  if (own !== undefined && !isBetter(limit, own, goal)) return undefined;
  return `at interval ${at} its best is ${show(own)}, beyond the slack of ${show(limit)} that the best trial's ${show(best)} leaves`;
}

/** Maximizing, `best / (1 + factor)` is the limit as Azure documents it; written so that it also holds below zero. */
function slackOf(best: number, factor: number, goal: Goal): number {
  return Math.abs(best) * (goal === "Maximize" ? factor / (1 + factor) : factor);
}

function medianReason(all: readonly TrialSeries[], { own, at, goal }: Compared): string | undefined {
  const averages = all.filter((series) => hasReached(series, at)).flatMap(({ values }) => averageOf(values, at) ?? []);
  const median = medianOf(averages);
  if (median === undefined || (own !== undefined && !isBetter(median, own, goal))) return undefined;
  return `at interval ${at} its best is ${show(own)}, worse than ${show(median)}, the median of the averages`;
}

function truncationReason(
  policy: Extract<TerminationPolicy, { kind: "truncation" }>,
  all: readonly TrialSeries[],
  { own, at, goal }: Compared,
): string | undefined {
  const ranked = all.filter((series) => hasReached(series, at) && !(policy.excludesEnded && series.isEnded));
  const endedCount = Math.floor((ranked.length * policy.percentage) / 100);
  const betterCount = ranked.filter(({ values }) => {
    const theirs = bestOf(values, at, goal);
    return theirs !== undefined && (own === undefined || isBetter(theirs, own, goal));
  }).length;
  if (endedCount === 0 || betterCount < ranked.length - endedCount) return undefined;
  return `at interval ${at} its best is ${show(own)}, among the lowest ${policy.percentage} % of ${ranked.length} trials`;
}

/** Whether a trial has logged as many values, or never will. */
function hasReached({ values, isEnded }: TrialSeries, at: number): boolean {
  return values.length >= at || (isEnded && values.length > 0);
}

/** Best of the first `count` values; `undefined` when none is a number. */
export function bestOf(values: readonly number[], count: number, goal: Goal): number | undefined {
  return pickBest(values.slice(0, count), goal);
}

export function isBetter(left: number, right: number, goal: Goal): boolean {
  return goal === "Maximize" ? left > right : left < right;
}

function pickBest(values: readonly number[], goal: Goal): number | undefined {
  let best: number | undefined;
  for (const value of values) {
    if (!Number.isNaN(value) && (best === undefined || isBetter(value, best, goal))) best = value;
  }
  return best;
}

function averageOf(values: readonly number[], count: number): number | undefined {
  const numbers = values.slice(0, count).filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, value) => sum + value / numbers.length, 0);
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  const lower = sorted[middle - 1] ?? upper;
  return lower === upper ? lower : lower / 2 + upper / 2;
}

function show(value: number | undefined): string {
  return value === undefined ? "no number" : String(Number(value.toPrecision(6)));
}
