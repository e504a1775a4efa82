import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { componentSpecSchema } from "@lazuli/contract/jobs/component-spec.ts";

import { commandStepFields } from "./command-step.ts";
import { copyStepFields } from "./copy-step.ts";
import { sweepStepFields } from "./sweep-step.ts";

const ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

describe("step of a command", () => {
  it("takes the component's fields, and the step's where it says more", () => {
    const spec = componentSpecSchema.parse({
      type: "command",
      command: "python train.py",
      code: `azureml:${ID}/codes/c/versions/1`,
      environment: "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
      environment_variables: { A: 1, B: "x" },
      distribution: { type: "pytorch", process_count_per_instance: 2 },
      resources: { instance_count: 1 },
    });
    const step = {
      environment_variables: { B: "y" },
      resources: { instance_count: "2", shm_size: "2g" },
      limits: { timeout: 30 },
      queue_settings: { job_tier: "Spot" },
    };
    assert.deepEqual(commandStepFields(spec, step), {
      command: "python train.py",
      codeId: `${ID}/codes/c/versions/1`,
      environmentId: "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
      environmentVariables: { A: "1", B: "y" },
      distribution: { distributionType: "PyTorch", processCountPerInstance: 2 },
      resources: { instanceCount: 2, shmSize: "2g" },
      limits: { jobLimitsType: "Command", timeout: "PT30S" },
      queueSettings: { jobTier: "Spot" },
    });
  });
});

describe("step of a sweep", () => {
  it("searches for the inputs that its space names", () => {
    const spec = componentSpecSchema.parse({
      type: "command",
      command: "train --c ${{inputs.c}} --data ${{inputs.data}}",
      environment: "azureml:plain:1",
    });
    const step = {
      type: "sweep",
      search_space: {
        c: { type: "uniform", min_value: 0.5, max_value: 0.9 },
        k: { type: "choice", values: ["a", "b"] },
      },
      sampling_algorithm: "random",
      objective: { goal: "minimize", primary_metric: "loss" },
      early_termination: { policy_type: "Bandit", slack_factor: 0.1, evaluation_interval: 2 },
      limits: { max_total_trials: 5, timeout: 7200, trial_timeout: "PT1M" },
    };
    assert.deepEqual(sweepStepFields(spec, step), {
      trial: {
        command: "train --c ${{search_space.c}} --data ${{inputs.data}}",
        environmentId: "azureml:plain:1",
      },
      searchSpace: { c: ["uniform", [0.5, 0.9]], k: ["choice", [["a", "b"]]] },
      samplingAlgorithm: { samplingAlgorithmType: "random" },
      objective: { goal: "minimize", primaryMetric: "loss" },
      earlyTermination: { policyType: "Bandit", slackFactor: 0.1, evaluationInterval: 2 },
      limits: { jobLimitsType: "Sweep", maxTotalTrials: 5, timeout: "PT7200S", trialTimeout: "PT1M" },
    });
  });
});

describe("step that copies", () => {
  it("refuses names that are there already when conflicts are to fail", () => {
    const ports = { inputs: ["a", "b"], output: "all", isFile: false };
    assert.match(String(copyStepFields(ports, "fail_if_conflict")["command"]), /exit 1/);
    assert.doesNotMatch(String(copyStepFields(ports, "merge_with_overwrite")["command"]), /exit 1/);
  });
});
