import { z } from "zod";

import { azureWord } from "../shared/azure-word.ts";
import { commandJobSchema } from "./command.ts";
import { jobBaseSchema } from "./job-base.ts";

export const SAMPLING_ALGORITHMS = ["Random", "Grid", "Bayesian"] as const;
export const SWEEP_GOALS = ["Minimize", "Maximize"] as const;
export const TERMINATION_POLICIES = ["Bandit", "MedianStopping", "TruncationSelection"] as const;

const { shape } = commandJobSchema;

/** What every trial runs: a command job without what the sweep itself says once for all. */
const trialSchema = z.looseObject({
  command: shape.command,
  codeId: shape.codeId,
  environmentId: shape.environmentId,
  environmentVariables: shape.environmentVariables,
  distribution: shape.distribution,
  resources: shape.resources,
});

const samplingAlgorithmSchema = z.looseObject({
  samplingAlgorithmType: azureWord(SAMPLING_ALGORITHMS).describe("How parameters are picked."),
  seed: z.number().int().nullish().describe("The same seed picks the same parameters again."),
  rule: azureWord(["Random", "Sobol"]).nullish().describe("'Sobol' spreads random trials evenly over the space."),
  logbase: z
    .union([z.number(), z.string()])
    .nullish()
    .describe("Base of the logarithmic expressions: a positive number, or 'e', which it is when left out."),
});

const earlyTerminationSchema = z.looseObject({
  policyType: azureWord(TERMINATION_POLICIES).describe("Which trials are ended early."),
  evaluationInterval: z.number().int().nullish().describe("Looks at a trial each time it has logged so many values."),
  delayEvaluation: z.number().int().nullish().describe("Values that a trial may log before it is looked at."),
  slackFactor: z.number().nullish().describe("Bandit: distance from the best trial, as a ratio."),
  slackAmount: z.number().nullish().describe("Bandit: distance from the best trial, as an amount."),
  truncationPercentage: z.number().nullish().describe("Truncation: percentage of trials ended at each interval."),
  excludeFinishedJobs: z.boolean().nullish().describe("Truncation: ranks only trials that still run."),
});

/** A job that runs one command many times, with other parameters each time. */
export const sweepJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Sweep").describe("Type of job."),
  trial: trialSchema.describe("What each trial runs; its command may hold ${{search_space.x}}."),
  searchSpace: z
    .record(z.string(), z.unknown())
    .describe('Expressions by parameter, as \'["uniform", [0.1, 1]]\' or \'["choice", [["rbf", "linear"]]]\'.'),
  samplingAlgorithm: samplingAlgorithmSchema.nullish().describe("How parameters are picked; at random when left out."),
  objective: z
    .looseObject({
      goal: azureWord(SWEEP_GOALS).describe("Whether more or less is better."),
      primaryMetric: z.string().describe("Name of the metric that trials log."),
    })
    .describe("What makes one trial better than another."),
  earlyTermination: earlyTerminationSchema.nullish().describe("Ends trials that will not win."),
  limits: z
    .looseObject({
      maxTotalTrials: z.number().int().nullish().describe("Trials in all; 1000 when left out."),
      maxConcurrentTrials: z.number().int().nullish().describe("Trials at a time; all of them when left out."),
      timeout: z.string().nullish().describe("Longest run time of the sweep as an ISO 8601 duration."),
      trialTimeout: z.string().nullish().describe("Longest run time of a trial as an ISO 8601 duration."),
    })
    .nullish()
    .describe("Limits of the sweep."),
  resources: shape.resources.describe("What each trial needs to run, where the trial itself says nothing."),
  queueSettings: shape.queueSettings,
});

export type SweepJob = z.infer<typeof sweepJobSchema>;
export type SweepTrial = SweepJob["trial"];
export type EarlyTermination = z.infer<typeof earlyTerminationSchema>;
