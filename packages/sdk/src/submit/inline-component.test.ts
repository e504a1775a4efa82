import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { splitInlineStep } from "./inline-component.ts";

const TRAIN = {
  type: "command",
  command: "python t.py",
  environment: "azureml:e:1",
  compute: "azureml:cpu",
  inputs: {
    data: "${{parent.inputs.data}}",
    table: { path: "${{parent.inputs.data}}", mode: "download" },
    rate: 0.5,
    whole: "1.0",
    flag: true,
    name: "a",
  },
  outputs: { model: "${{parent.outputs.model}}", log: {} },
  resources: { instance_count: 2 },
};

const PIPELINE = {
  inputs: { data: { type: "uri_file", path: "azureml:d:1", mode: "ro_mount" } },
  outputs: { model: { type: "mlflow_model" } },
  jobs: { train: TRAIN },
};

describe("an inline step", () => {
  it("becomes a component with the work and a step with the rest", () => {
    const { component, node } = splitInlineStep(TRAIN, PIPELINE);
    assert.deepEqual(component, {
      type: "command",
      command: "python t.py",
      environment: "azureml:e:1",
      resources: { instance_count: 2 },
      inputs: {
        data: { type: "uri_file", mode: "ro_mount" },
        table: { type: "uri_file", mode: "download" },
        rate: { type: "number", default: 0.5 },
        whole: { type: "number", default: "1.0" },
        flag: { type: "boolean", default: true },
        name: { type: "string", default: "a" },
      },
      outputs: { model: { type: "mlflow_model" }, log: { type: "uri_folder" } },
    });
    assert.deepEqual(Object.keys(node), ["type", "compute", "inputs", "outputs", "resources"]);
  });

  it("takes the types of its inputs from the steps that they come from, however far", () => {
    const score = {
      command: "c",
      inputs: { model: "${{parent.jobs.train.outputs.model}}", log: "${{parent.jobs.train.outputs.log}}" },
    };
    const { component } = splitInlineStep(score, { ...PIPELINE, jobs: { train: TRAIN, score } });
    assert.deepEqual(component["inputs"], { model: { type: "mlflow_model" }, log: { type: "uri_folder" } });
  });

  it("keeps to itself what an input of the pipeline decides", () => {
    const bound = { ...TRAIN, resources: { instance_count: "${{parent.inputs.nodes}}" } };
    const { component, node } = splitInlineStep(bound, PIPELINE);
    assert.equal(component["resources"], undefined);
    assert.deepEqual(node["resources"], bound.resources);
  });

  it("ends for steps that are bound in a circle", () => {
    const a = { command: "c", outputs: {}, inputs: { x: "${{parent.jobs.b.inputs.x}}" } };
    const b = { command: "c", outputs: {}, inputs: { x: "${{parent.jobs.a.inputs.x}}" } };
    const { component } = splitInlineStep(a, { jobs: { a, b } });
    assert.deepEqual(component["inputs"], { x: { type: "uri_folder" } });
  });
});
