import type { EarlyTermination, SweepJob } from "@lazuli/contract/jobs/sweep.ts";

import { durationSeconds } from "../durations.ts";
import { nearestName } from "../expressions/bind-template.ts";
import type { Issue } from "../issue.ts";
import { listContinuous, gridSize } from "./grid.ts";
import { parseSearchSpace, type SearchSpace } from "./parse-search-space.ts";
import type { Goal, TerminationPolicy } from "./pick-losers.ts";
import type { SamplerSettings } from "./sampler.ts";

/** What a sweep does, with everything left out filled in. */
export interface SweepSettings {
  readonly space: SearchSpace;
  readonly sampler: SamplerSettings;
  readonly goal: Goal;
  readonly metric: string;
  readonly policy: TerminationPolicy | undefined;
  readonly trialCountMax: number;
  readonly concurrentMax: number;
  readonly timeoutMs: number | undefined;
}

type Settings = Omit<SweepSettings, "sampler"> & { readonly sampler: Omit<SamplerSettings, "seed"> };

const TRIALS_MAX = 100_000;
const TRIALS_DEFAULT = 1_000;
const POLICY_FIELDS: Readonly<Record<EarlyTermination["policyType"], readonly string[]>> = {
  Bandit: ["slackFactor", "slackAmount"],
  MedianStopping: [],
  TruncationSelection: ["truncationPercentage", "excludeFinishedJobs"],
};
const COMMON_POLICY_FIELDS = ["policyType", "evaluationInterval", "delayEvaluation"];

type Add = (target: string, message: string) => void;

/** Reads a sweep's own fields; what is wrong with them is reported all at once. */
export function readSettings(job: SweepJob): { readonly settings: Settings; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const add: Add = (target, message) => issues.push({ code: "InvalidValue", target: `properties.${target}`, message });
  const parsed = parseSearchSpace(job.searchSpace, { base: readBase(job, add) });
  issues.push(...parsed.issues);
  const algorithm = job.samplingAlgorithm?.samplingAlgorithmType ?? "Random";
  const { space } = parsed;
  if (algorithm === "Grid" && parsed.issues.length === 0) checkGrid(space, add);
  if (job.objective.primaryMetric.trim() === "") {
    add("objective.primaryMetric", "The sweep has no primary metric; name the metric that its trials log.");
  }
  const trialCountMax = Math.min(
    readCount(job, "maxTotalTrials", add) ?? TRIALS_DEFAULT,
    algorithm === "Grid" ? (gridSize(space) ?? TRIALS_MAX) : TRIALS_MAX,
  );
  const settings: Settings = {
    space,
    sampler: { algorithm, isSobol: job.samplingAlgorithm?.rule === "Sobol" },
    goal: job.objective.goal,
    metric: job.objective.primaryMetric,
    policy: readPolicy(job.earlyTermination ?? undefined, add),
    trialCountMax,
    concurrentMax: Math.min(readCount(job, "maxConcurrentTrials", add) ?? trialCountMax, trialCountMax),
    timeoutMs: readDuration(job, "timeout", add),
  };
  readDuration(job, "trialTimeout", add);
  return { settings, issues };
}

function checkGrid(space: SearchSpace, add: Add): void {
  for (const name of listContinuous(space)) {
    add(
      `searchSpace.${name}`,
      `Grid sampling cannot list the values of '${name}'; use 'choice', 'randint' or 'quniform', or sample at random.`,
    );
  }
}

function readBase({ samplingAlgorithm }: SweepJob, add: Add): number {
  const logbase = samplingAlgorithm?.logbase ?? "e";
  if (logbase === "e") return Math.E;
  const base = Number(logbase);
  if (base > 0 && base !== 1 && Number.isFinite(base)) return base;
  add(
    "samplingAlgorithm.logbase",
    `'${logbase}' is no base of logarithms; write a positive number other than 1, or 'e'.`,
  );
  return Math.E;
}

function readCount(job: SweepJob, field: "maxTotalTrials" | "maxConcurrentTrials", add: Add): number | undefined {
  const count = job.limits?.[field] ?? undefined;
  if (count === undefined || (count >= 1 && count <= TRIALS_MAX)) return count;
  add(`limits.${field}`, `'${field}' is ${count}; it must be between 1 and ${TRIALS_MAX}.`);
  return 1;
}

function readDuration(job: SweepJob, field: "timeout" | "trialTimeout", add: Add): number | undefined {
  const text = job.limits?.[field];
  if (text == null) return undefined;
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds > 0) return seconds * 1_000;
  add(`limits.${field}`, `'${text}' is no time limit; write an ISO 8601 duration such as 'PT30M'.`);
  return undefined;
}

function readPolicy(wire: EarlyTermination | undefined, add: Add): TerminationPolicy | undefined {
  if (wire === undefined) return undefined;
  checkFields(wire, add);
  // Azure's SDK sends 0 for "every time".
  const interval = Math.max(wire.evaluationInterval ?? 1, 1);
  const delay = wire.delayEvaluation ?? 0;
  if ((wire.evaluationInterval ?? 0) < 0)
    add("earlyTermination.evaluationInterval", "The interval cannot be negative.");
  if (delay < 0) add("earlyTermination.delayEvaluation", "The delay cannot be negative.");
  if (wire.policyType === "MedianStopping") return { kind: "median", interval, delay };
  if (wire.policyType === "TruncationSelection") {
    const percentage = wire.truncationPercentage ?? 0;
    if (!(percentage >= 1 && percentage <= 99)) {
      add("earlyTermination.truncationPercentage", `The percentage is ${percentage}; it must be between 1 and 99.`);
    }
    return { kind: "truncation", interval, delay, percentage, excludesEnded: wire.excludeFinishedJobs ?? false };
  }
  return { kind: "bandit", interval, delay, ...readSlack(wire, add) };
}

/** Azure's SDK sends 0 for the one of the two that was left out. */
function readSlack(wire: EarlyTermination, add: Add) {
  const factor = wire.slackFactor ?? 0;
  const amount = wire.slackAmount ?? 0;
  if (factor < 0) add("earlyTermination.slackFactor", `The slack factor is ${factor}; it cannot be negative.`);
  if (amount < 0) add("earlyTermination.slackAmount", `The slack amount is ${amount}; it cannot be negative.`);
  if (factor > 0 && amount > 0) {
    add("earlyTermination", "A bandit policy takes a slack factor or a slack amount, not both.");
  }
  if (wire.slackFactor == null && wire.slackAmount == null) {
    add("earlyTermination", "A bandit policy needs a slack factor or a slack amount.");
  }
  return { slackFactor: amount > 0 ? undefined : factor, slackAmount: amount > 0 ? amount : undefined };
}

function checkFields(wire: EarlyTermination, add: Add): void {
  const known = [...COMMON_POLICY_FIELDS, ...POLICY_FIELDS[wire.policyType]];
  for (const [field, value] of Object.entries(wire)) {
    if (known.includes(field) || value == null) continue;
    const nearest = nearestName(field, known);
    const advice = nearest === undefined ? `It takes ${known.slice(1).join(", ")}.` : `Did you mean '${nearest}'?`;
    add(`earlyTermination.${field}`, `A policy of type '${wire.policyType}' has no field '${field}'. ${advice}`);
  }
}
