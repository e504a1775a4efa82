import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { componentSpecSchema } from "@lazuli/contract/jobs/component-spec.ts";

import { bindInputs, type GivenInput, type Source } from "./bind-inputs.ts";

const SOURCES: Readonly<Record<string, Source>> = {
  epochs: { kind: "value", text: "10" },
  data: { kind: "data", type: "uri_file", uri: "azureml://datastores/x/paths/a.csv", mode: "Download" },
  nothing: { kind: "unset" },
  answer: { kind: "value", text: "42", uri: "azureml://datastores/x/paths/answer" },
};

function bind(given: Record<string, GivenInput>, inputs: Record<string, unknown>) {
  const spec = componentSpecSchema.parse({ inputs });
  return bindInputs({ name: "train", spec, given }, (reference) =>
    reference.kind === "input" ? SOURCES[reference.input] : undefined,
  );
}

describe("bind inputs", () => {
  it("fills in values and data of the pipeline", () => {
    const { inputs, issues } = bind(
      {
        epochs: { job_input_type: "literal", value: "${{parent.inputs.epochs}}" },
        data: { job_input_type: "literal", value: "${{parent.inputs.data}}", mode: "ro_mount" },
        text: "run ${{parent.inputs.epochs}} times",
      },
      { epochs: { type: "integer" }, data: { type: "uri_folder" }, text: { type: "string" } },
    );
    assert.deepEqual(issues, []);
    assert.deepEqual(inputs, {
      epochs: { jobInputType: "literal", value: "10" },
      data: { jobInputType: "uri_folder", uri: "azureml://datastores/x/paths/a.csv", mode: "ReadOnlyMount" },
      text: { jobInputType: "literal", value: "run 10 times" },
    });
  });

  it("takes the component's default, leaves optional inputs unset and misses the rest", () => {
    const { inputs, issues } = bind(
      { rate: "${{parent.inputs.nothing}}" },
      { rate: { type: "number", default: 0.1 }, seed: { type: "integer", optional: true }, data: { type: "uri_file" } },
    );
    assert.deepEqual(inputs, { rate: { jobInputType: "literal", value: 0.1 }, seed: null });
    assert.deepEqual(
      issues.map(({ message }) => message),
      ["Step 'train' needs a value for its input 'data'."],
    );
  });

  it("hands on the file of a value to those who want data", () => {
    const given = { value: "${{parent.inputs.answer}}", job_input_type: "literal" };
    assert.deepEqual(bind({ x: given, y: given }, { x: { type: "integer" }, y: { type: "uri_file" } }).inputs, {
      x: { jobInputType: "literal", value: "42" },
      y: { jobInputType: "uri_file", uri: "azureml://datastores/x/paths/answer" },
    });
  });

  it("reads data with a mode of its own, and a loop's value in its place", () => {
    const given = {
      data: { job_input_type: "uri_folder", uri: "azureml:iris:1", mode: "Direct" },
      x: { source: { kind: "value", text: "7" } as const },
    };
    assert.deepEqual(bind(given, { data: { type: "uri_folder" }, x: { type: "integer" } }).inputs, {
      data: { jobInputType: "uri_folder", uri: "azureml:iris:1", mode: "Direct" },
      x: { jobInputType: "literal", value: "7" },
    });
  });
});
