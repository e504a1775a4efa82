import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ENTITIES } from "./entities.ts";
import { loadEntity } from "./load-entity.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

function bodyOf(yaml: string): unknown {
  return JSON.parse(JSON.stringify(ENTITIES.job.toBody(loadEntity(ENTITIES.job, yaml, { file: "a.yml" })).properties));
}

/** What `show` prints of what was sent, less what no file has. */
function shownOf(yaml: string): Record<string, unknown> {
  const body = ENTITIES.job.toBody(loadEntity(ENTITIES.job, yaml, { file: "a.yml" }));
  const {
    id: _,
    name: __,
    resourceGroup: ___,
    ...shown
  } = ENTITIES.job.fromResource({
    id: `${WORKSPACE}/jobs/j`,
    name: "j",
    properties: { ...body.properties },
  });
  return shown;
}

function readOf(yaml: string): Record<string, unknown> {
  return loadEntity(ENTITIES.job, yaml, { file: "a.yml" });
}

const SWEEP = `
type: sweep
trial: {command: "python t.py \${{search_space.lr}}", environment: "azureml:e:1"}
search_space:
  lr: {type: uniform, min_value: 0.1, max_value: 0.9}
  layers: {type: choice, values: [1, 2]}
  net: {type: choice, values: [{name: a, width: {type: randint, upper: 8}}]}
sampling_algorithm: {type: random, seed: 7, rule: sobol}
objective: {goal: maximize, primary_metric: accuracy}
early_termination: {type: bandit, slack_factor: 0.2, evaluation_interval: 2}
limits: {max_total_trials: 4, max_concurrent_trials: 2, timeout: 3600}
`;

const PIPELINE = `
type: pipeline
compute: azureml:cpu
inputs:
  data: {type: uri_file, path: azureml://datastores/d/paths/a.csv}
  rate: 0.5
outputs: {model: {type: mlflow_model}}
settings: {default_compute: azureml:cpu, continue_on_step_failure: false}
jobs:
  train:
    type: command
    component: azureml:train:2
    inputs: {data: "\${{parent.inputs.data}}", table: {path: "\${{parent.inputs.data}}", mode: download}, n: 3}
    outputs: {model: "\${{parent.outputs.model}}", log: {type: uri_file, name: logs}}
    limits: {timeout: 60}
    resources: {instance_count: 2}
    environment_variables: {A: "1"}
  tune:
    type: sweep
    trial: azureml:train:2
    search_space: {lr: {type: uniform, min_value: 0.1, max_value: 0.9}}
    objective: {goal: maximize, primary_metric: accuracy}
    limits: {max_total_trials: 4, timeout: 60}
    early_termination: {type: bandit, slack_factor: 0.2}
  check: {type: if_else, condition: "\${{parent.jobs.train.outputs.ok}}", true_block: "\${{parent.jobs.tune}}"}
  each: {type: parallel_for, body: "\${{parent.jobs.train}}", items: [{n: 1}, {n: 2}]}
`;

describe("job kinds", () => {
  it("send a sweep with its search space as lists", () => {
    assert.deepEqual(bodyOf(SWEEP), {
      jobType: "Sweep",
      samplingAlgorithm: { samplingAlgorithmType: "Random", seed: 7, rule: "Sobol" },
      trial: { command: "python t.py ${{search_space.lr}}", environmentId: "azureml:e:1" },
      searchSpace: {
        lr: ["uniform", [0.1, 0.9]],
        layers: ["choice", [[1, 2]]],
        net: ["choice", [[{ name: "a", width: ["randint", [8]] }]]],
      },
      objective: { goal: "maximize", primaryMetric: "accuracy" },
      earlyTermination: { policyType: "Bandit", evaluationInterval: 2, slackFactor: 0.2 },
      limits: { maxTotalTrials: 4, maxConcurrentTrials: 2, timeout: "PT1H", jobLimitsType: "Sweep" },
    });
  });

  it("send the steps of a pipeline in snake case", () => {
    const body = bodyOf(PIPELINE);
    assert.ok(typeof body === "object" && body !== null && "jobs" in body);
    assert.deepEqual(body.jobs, {
      train: {
        _source: "YAML.JOB",
        name: "train",
        type: "command",
        componentId: "azureml:train:2",
        inputs: {
          data: { job_input_type: "literal", value: "${{parent.inputs.data}}" },
          table: { job_input_type: "literal", value: "${{parent.inputs.data}}", mode: "Download" },
          n: { job_input_type: "literal", value: "3" },
        },
        outputs: {
          model: { type: "literal", value: "${{parent.outputs.model}}" },
          log: { job_output_type: "uri_file", name: "logs" },
        },
        limits: { timeout: "PT1M", job_limits_type: "Command" },
        resources: { instance_count: 2 },
        environment_variables: { A: "1" },
      },
      tune: {
        _source: "YAML.JOB",
        name: "tune",
        type: "sweep",
        trial: { componentId: "azureml:train:2" },
        search_space: { lr: { type: "uniform", min_value: 0.1, max_value: 0.9 } },
        objective: { goal: "maximize", primary_metric: "accuracy" },
        limits: { max_total_trials: 4, timeout: 60 },
        early_termination: { policy_type: "Bandit", slack_factor: 0.2 },
      },
      check: {
        _source: "YAML.JOB",
        name: "check",
        type: "if_else",
        condition: "${{parent.jobs.train.outputs.ok}}",
        true_block: "${{parent.jobs.tune}}",
      },
      each: {
        _source: "YAML.JOB",
        name: "each",
        type: "parallel_for",
        body: "${{parent.jobs.train}}",
        items: '[{"n":1},{"n":2}]',
      },
    });
  });

  it("come back as they were written", () => {
    assert.deepEqual(shownOf(SWEEP), readOf(SWEEP));
    const [shown, read] = [shownOf(PIPELINE), readOf(PIPELINE)];
    // ARM has literals as text.
    assert.deepEqual(shown["inputs"], {
      data: { type: "uri_file", path: "azureml://datastores/d/paths/a.csv" },
      rate: "0.5",
    });
    assert.deepEqual(shown["settings"], read["settings"]);
    const text = JSON.stringify(shown["jobs"])
      .replace('"n":"3"', '"n":3')
      .replace('"true_block":"${{parent.jobs.tune}}"', '"true_block":["${{parent.jobs.tune}}"]');
    assert.deepEqual(JSON.parse(text), read["jobs"]);
  });

  it("take Spark's settings by their short names, and send them as text", () => {
    const yaml = "type: spark\ncode: ./src\nentry: {file: main.py}\nconf: {driver_cores: 2, executor_memory: 2g}";
    assert.deepEqual(bodyOf(yaml), {
      jobType: "Spark",
      codeId: "./src",
      entry: { sparkJobEntryType: "SparkJobPythonEntry", file: "main.py" },
      conf: { "spark.driver.cores": "2", "spark.executor.memory": "2g" },
    });
    assert.deepEqual(shownOf(yaml)["entry"], { file: "main.py" });
  });

  it("send a component's presets as text of their type", () => {
    const yaml =
      "command: c\nenvironment: azureml:e:1\ninputs:\n  a: {type: number, default: 1}\n  b: {type: boolean, default: true}\n  c: {type: integer, default: 3, min: 1}";
    const body = ENTITIES.component.toBody(loadEntity(ENTITIES.component, yaml, { file: "a.yml" }));
    const { componentSpec: spec } = body.properties;
    assert.ok(typeof spec === "object" && spec !== null && "inputs" in spec);
    assert.deepEqual(JSON.parse(JSON.stringify(spec.inputs)), {
      a: { type: "number", default: "1.0" },
      b: { type: "boolean", default: "True" },
      c: { type: "integer", default: "3", min: "1" },
    });
    const wrong = `${yaml}, max: 2}`.replace("default: 3, min: 1}", "default: 3, min: 1");
    assert.throws(() => loadEntity(ENTITIES.component, wrong, { file: "a.yml" }), {
      message: "a.yml:6:31: 'default' must be at most 'max' (2).",
    });
  });

  it("send a schedule's job as its definition", () => {
    const yaml =
      "name: s\ntrigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: 4, minutes: [0, 30]}}\ncreate_job: {type: command, command: ls, environment: azureml:e:1}";
    const body = ENTITIES.schedule.toBody(loadEntity(ENTITIES.schedule, yaml, { file: "a.yml" }));
    assert.deepEqual(JSON.parse(JSON.stringify(body.properties)), {
      trigger: { triggerType: "Recurrence", frequency: "Day", interval: 1, schedule: { hours: [4], minutes: [0, 30] } },
      action: {
        actionType: "CreateJob",
        jobDefinition: { jobType: "Command", command: "ls", environmentId: "azureml:e:1" },
      },
    });
  });
});
