import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sweepJobSchema } from "@lazuli/contract/jobs/sweep.ts";

import { readSettings } from "./read-settings.ts";

const BODY = {
  jobType: "Sweep",
  trial: { command: "python train.py ${{search_space.x}}", environmentId: "azureml:plain:1" },
  searchSpace: { x: ["uniform", [0, 1]] },
  objective: { goal: "maximize", primaryMetric: "accuracy" },
};

function read(more: Readonly<Record<string, unknown>>) {
  return readSettings(sweepJobSchema.parse({ ...BODY, ...more }));
}

function messages(more: Readonly<Record<string, unknown>>): readonly string[] {
  return read(more).issues.map(({ message }) => message);
}

describe("settings of a sweep", () => {
  it("fill in what Azure fills in", () => {
    const { settings, issues } = read({});
    assert.deepEqual(issues, []);
    const { space: _space, ...rest } = settings;
    assert.deepEqual(rest, {
      sampler: { algorithm: "Random", isSobol: false },
      goal: "Maximize",
      metric: "accuracy",
      policy: undefined,
      trialCountMax: 1_000,
      concurrentMax: 1_000,
      timeoutMs: undefined,
    });
  });

  it("end a grid where it ends", () => {
    const grid = {
      samplingAlgorithm: { samplingAlgorithmType: "grid" },
      searchSpace: { k: ["choice", [["a", "b", 3]]] },
    };
    assert.equal(read(grid).settings.trialCountMax, 3);
    assert.equal(read({ ...grid, limits: { maxTotalTrials: 2 } }).settings.trialCountMax, 2);
  });

  it("read each policy with its defaults", () => {
    const policy = (earlyTermination: unknown) => read({ earlyTermination }).settings.policy;
    assert.deepEqual(policy({ policyType: "Bandit", slackFactor: 0.1, slackAmount: 0, evaluationInterval: 0 }), {
      kind: "bandit",
      interval: 1,
      delay: 0,
      slackFactor: 0.1,
      slackAmount: undefined,
    });
    assert.deepEqual(policy({ policyType: "median_stopping".replace("_", ""), delayEvaluation: 5 }), {
      kind: "median",
      interval: 1,
      delay: 5,
    });
    assert.deepEqual(policy({ policyType: "TruncationSelection", truncationPercentage: 20, evaluationInterval: 2 }), {
      kind: "truncation",
      interval: 2,
      delay: 0,
      percentage: 20,
      excludesEnded: false,
    });
  });

  it("report everything that is wrong at once", () => {
    assert.deepEqual(
      messages({
        samplingAlgorithm: { samplingAlgorithmType: "Grid", logbase: -2 },
        objective: { goal: "minimize", primaryMetric: " " },
        limits: { maxTotalTrials: 0, maxConcurrentTrials: -1, timeout: "1 h", trialTimeout: "PT0S" },
        earlyTermination: { policyType: "Bandit", slackFacto: 0.1, evaluationInterval: -1, delayEvaluation: -1 },
      }),
      [
        "'-2' is no base of logarithms; write a positive number other than 1, or 'e'.",
        "Grid sampling cannot list the values of 'x'; use 'choice', 'randint' or 'quniform', or sample at random.",
        "The sweep has no primary metric; name the metric that its trials log.",
        "'maxTotalTrials' is 0; it must be between 1 and 100000.",
        "A policy of type 'Bandit' has no field 'slackFacto'. Did you mean 'slackFactor'?",
        "The interval cannot be negative.",
        "The delay cannot be negative.",
        "A bandit policy needs a slack factor or a slack amount.",
        "'maxConcurrentTrials' is -1; it must be between 1 and 100000.",
        "'1 h' is no time limit; write an ISO 8601 duration such as 'PT30M'.",
        "'PT0S' is no time limit; write an ISO 8601 duration such as 'PT30M'.",
      ],
    );
  });

  it("refuse a bandit with both slacks, and a percentage that is none", () => {
    assert.deepEqual(messages({ earlyTermination: { policyType: "Bandit", slackFactor: 1, slackAmount: 1 } }), [
      "A bandit policy takes a slack factor or a slack amount, not both.",
    ]);
    assert.deepEqual(messages({ earlyTermination: { policyType: "TruncationSelection", truncationPercentage: 0 } }), [
      "The percentage is 0; it must be between 1 and 99.",
    ]);
  });
});
