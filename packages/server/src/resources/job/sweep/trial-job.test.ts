import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { commandJobSchema } from "@lazuli/contract/jobs/command.ts";
import { sweepJobSchema } from "@lazuli/contract/jobs/sweep.ts";

import type { Parameters } from "../../../domain/search/parameters.ts";
import { flattenParameters, trialJob } from "./trial-job.ts";

const SWEEP = {
  jobType: "Sweep",
  experimentName: "search",
  searchSpace: {},
  objective: { goal: "minimize", primaryMetric: "loss" },
  trial: { command: "train", environmentId: "azureml:plain:1", environmentVariables: { KEEP: "1" } },
};

function make(parameters: Parameters, more: Readonly<Record<string, unknown>> = {}) {
  const { command, ...fields } = more;
  const sweep = sweepJobSchema.parse({
    ...SWEEP,
    ...fields,
    trial: { ...SWEEP.trial, ...(command !== undefined && { command }) },
  });
  const { properties, issues } = trialJob(sweep, { name: "s_3", parameters });
  return { job: commandJobSchema.parse(properties), issues };
}

describe("the job of a trial", () => {
  it("has its parameters in the command, in variables, in a tag and in a property", () => {
    const { job, issues } = make(
      { x: 0.5, deep: true },
      { command: "train --x ${{search_space.x}} ${{ search_space.deep }}" },
    );
    assert.deepEqual(issues, []);
    assert.equal(job.command, "train --x 0.5 True");
    assert.deepEqual(job.environmentVariables, { AZUREML_SWEEP_x: "0.5", AZUREML_SWEEP_deep: "True", KEEP: "1" });
    assert.deepEqual(job.tags, { hyperparameters: '{"x":0.5,"deep":true}' });
    assert.equal(job.properties?.["hyperparameters"], '{"x":0.5,"deep":true}');
    assert.deepEqual([job.displayName, job.experimentName], ["s_3", "search"]);
  });

  it("leaves everything else of the command to the trial", () => {
    const inputs = { data: { jobInputType: "uri_file", uri: "azureml:d:1" }, off: { jobInputType: "literal" } };
    const command = "a ${{inputs.data}} $[[--off ${{inputs.off}}]] $[[--data ${{inputs.data}}]] ${{outputs.model}}";
    assert.equal(
      make({ x: 1 }, { command, inputs }).job.command,
      "a ${{inputs.data}}  --data ${{inputs.data}} ${{outputs.model}}",
    );
  });

  it("takes an input that nobody declared for the parameter of that name", () => {
    const inputs = { x: { jobInputType: "literal", value: "7" } };
    assert.equal(make({ x: 1 }, { command: "train ${{inputs.x}}" }).job.command, "train 1");
    assert.equal(make({ x: 1 }, { command: "train ${{inputs.x}}", inputs }).job.command, "train ${{inputs.x}}");
  });

  it("names a parameter that the space does not have", () => {
    const { issues } = make({ rate: 1 }, { command: "train ${{search_space.rat}}" });
    assert.deepEqual(
      issues.map(({ message, target }) => [target, message]),
      [
        [
          "properties.trial.command",
          "'${{search_space.rat}}' names nothing that is declared. Did you mean '${{search_space.rate}}'?",
        ],
      ],
    );
  });

  it("tells a group of parameters whole, quoted for the shell, and by its members", () => {
    const parameters = { model: { kind: "it's a tree", depth: 3 } };
    const { job } = make(parameters, { command: "train ${{search_space.model}} ${{search_space.model.depth}}" });
    assert.equal(job.command, `train '{"kind":"it'\\''s a tree","depth":3}' 3`);
    assert.deepEqual(flattenParameters(parameters), { "model.kind": "it's a tree", "model.depth": "3" });
  });

  it("writes to a place of its own and registers nothing", () => {
    const outputs = {
      plain: { jobOutputType: "uri_folder", assetName: "model", assetVersion: "1" },
      folder: { jobOutputType: "uri_folder", uri: "azureml://datastores/d/paths/out" },
      file: { jobOutputType: "uri_file", uri: "azureml://datastores/d/paths/out/model.pkl" },
      named: { jobOutputType: "uri_file", uri: "azureml://datastores/d/paths/${{name}}.pkl" },
    };
    assert.deepEqual(make({ x: 1 }, { outputs }).job.outputs, {
      plain: { jobOutputType: "uri_folder" },
      folder: { jobOutputType: "uri_folder", uri: "azureml://datastores/d/paths/out/s_3/" },
      file: { jobOutputType: "uri_file", uri: "azureml://datastores/d/paths/out/s_3/model.pkl" },
      named: { jobOutputType: "uri_file", uri: "azureml://datastores/d/paths/${{name}}.pkl" },
    });
  });

  it("has the time limit and the resources that the sweep gives it", () => {
    const limits = { jobLimitsType: "Sweep", trialTimeout: "PT5M" };
    const { job } = make({ x: 1 }, { limits, resources: { instanceCount: 1 } });
    assert.deepEqual(job.limits, { jobLimitsType: "Command", timeout: "PT5M" });
    assert.deepEqual(job.resources, { instanceCount: 1 });
  });
});
