import { boolean, duration, integer, number, text, word, type Codec } from "../codec.ts";
import { group, isRecord, required, scalarOr, variants } from "../composite-codec.ts";

const KINDS = word({ random: "Random", grid: "Grid", bayesian: "Bayesian" });

const SAMPLING = variants("a sampling algorithm", {
  key: "type",
  arm: "samplingAlgorithmType",
  cases: {
    random: {
      arm: "Random",
      codec: group("random sampling", {
        seed: integer(),
        rule: word({ random: "Random", sobol: "Sobol" }),
        logbase: text("a number, or 'e'"),
      }),
    },
    grid: { arm: "Grid", codec: group("grid sampling", {}) },
    bayesian: { arm: "Bayesian", codec: group("Bayesian sampling", {}) },
  },
});

/** A word alone, or with its settings. ARM has only the group. */
export const SAMPLING_ALGORITHM: Codec = (() => {
  const shape = scalarOr(KINDS, SAMPLING);
  return {
    ...shape,
    toArm: (value) => (isRecord(value) ? SAMPLING.toArm(value) : { samplingAlgorithmType: KINDS.toArm(value) }),
    fromArm(value) {
      const shown = SAMPLING.fromArm(value);
      const hasOnlyType = isRecord(shown) && Object.keys(shown).every((key) => key === "type");
      return hasOnlyType ? shown["type"] : shown;
    },
  };
})();

export const OBJECTIVE = group("an objective", {
  goal: required(word({ minimize: "minimize", maximize: "maximize" })),
  primary_metric: required(text("the name of a metric")),
});

const EVALUATION = { evaluation_interval: integer({ min: 0 }), delay_evaluation: integer({ min: 0 }) };

export const EARLY_TERMINATION = variants("an early-termination policy", {
  key: "type",
  arm: "policyType",
  cases: {
    bandit: {
      arm: "Bandit",
      codec: group("a bandit policy", { ...EVALUATION, slack_factor: number(), slack_amount: number() }),
    },
    median_stopping: { arm: "MedianStopping", codec: group("a median-stopping policy", EVALUATION) },
    truncation_selection: {
      arm: "TruncationSelection",
      codec: group("a truncation-selection policy", {
        ...EVALUATION,
        truncation_percentage: required(integer({ min: 1, max: 99 })),
        exclude_finished_jobs: boolean(),
      }),
    },
  },
});

export const SWEEP_LIMITS: Codec = (() => {
  const shape = group("limits", {
    max_total_trials: required(integer({ min: 1 })),
    max_concurrent_trials: integer({ min: 1 }),
    timeout: duration("seconds"),
    trial_timeout: duration("seconds"),
  });
  return {
    ...shape,
    toArm(value) {
      const body = shape.toArm(value);
      return { ...(isRecord(body) ? body : {}), jobLimitsType: "Sweep" };
    },
  };
})();
