import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findPipelineProblems } from "./find-pipeline-problems.ts";
import { control, definition, out, step } from "./test-definition.ts";

function messages(...args: Parameters<typeof definition>): readonly string[] {
  return findPipelineProblems(definition(...args)).map(({ message }) => message);
}

describe("problems of a pipeline", () => {
  it("has none to report where everything fits", () => {
    const nodes = {
      a: step({ x: "${{parent.inputs.epochs}}" }),
      b: step(
        { x: out("a"), y: "${{parent.jobs.a.outputs.artifacts}}" },
        { inputs: { x: {}, y: { type: "uri_folder" } } },
      ),
    };
    assert.deepEqual(messages(nodes, { inputs: { epochs: { optional: false } } }), []);
  });

  it("lists everything that is wrong at once", () => {
    const spec = {
      inputs: {
        rate: { type: "number", min: 0, max: 1 },
        kind: { type: "enum", enum: ["a", "b"] },
        data: { type: "uri_folder" },
      },
    };
    const nodes = {
      train: step({ rate: "1.5", kind: "c", dat: "x" }, spec),
      score: step({ x: out("trian"), y: "${{parent.inputs.epoch}}" }, { inputs: { x: {}, y: {} } }),
    };
    assert.deepEqual(messages(nodes, { inputs: { epochs: { optional: false } } }), [
      "The input 'rate' of step 'train' is 1.5, more than its greatest value 1.",
      "The input 'kind' of step 'train' has to be one of 'a', 'b', not 'c'.",
      "Step 'train' has no input 'dat'. Did you mean 'data'?",
      "Step 'train' needs a value for its input 'data'.",
      "'${{parent.jobs.trian.outputs.out}}' names a step that does not exist. Did you mean 'train'?",
      "'${{parent.inputs.epoch}}' names an input of the pipeline that does not exist. Did you mean 'epochs'?",
    ]);
  });

  it("refuses data where a value is wanted", () => {
    const nodes = { a: step({ x: "${{parent.inputs.data}}" }, { inputs: { x: { type: "integer" } } }) };
    assert.deepEqual(messages(nodes, { inputs: { data: { type: "uri_file", optional: false } } }), [
      "The input 'x' of step 'a' is of type 'integer', but is bound to data of type 'uri_file'.",
    ]);
  });

  it("checks decisions and loops", () => {
    const nodes = {
      body: step(
        {},
        {
          inputs: { x: { type: "integer", default: 1 } },
          outputs: { out: { type: "integer" }, model: { type: "uri_folder" } },
        },
      ),
      loop: control({
        type: "do_while",
        body: "body",
        condition: "model",
        mapping: { gone: ["x", "y"] },
        limits: { max_iteration_count: 0 },
      }),
      each: control({ type: "parallel_for", body: "nobody", items: "[1, 2]" }),
      which: control({ type: "if_else", condition: out("body"), true_block: "nowhere" }),
    };
    assert.deepEqual(messages(nodes), [
      "The condition of 'loop' has to be an output of its body of type 'boolean', not 'model'.",
      "'loop' may repeat its body 1 to 1000 times, not 0.",
      "'loop' maps 'gone', which is no output of its body.",
      "'loop' feeds 'y', which is no input of its body.",
      "'each' repeats 'nobody', which is no step of the pipeline.",
      "'each' cannot use its items: it has to be a JSON list or map of objects with inputs of the loop's body.",
      "'which' leads to the step 'nowhere', which does not exist.",
    ]);
  });

  it("asks for no input that a loop brings along", () => {
    const nodes = {
      body: step({}, { inputs: { x: { type: "integer" } } }),
      each: control({ type: "parallel_for", body: "body", items: '[{"x": 1}]' }),
    };
    assert.deepEqual(messages(nodes), []);
  });

  it("reads the commands of components", () => {
    const inputs = { x: { type: "integer" }, seed: { type: "integer", optional: true } };
    const fine = "run ${{inputs.x}} $[[--seed ${{inputs.seed}}]] > ${{outputs.out}}";
    assert.deepEqual(messages({ a: step({ x: "1" }, { inputs, command: fine }) }), []);
    const command = "run ${{inputs.y}} --seed ${{inputs.seed}}";
    assert.deepEqual(messages({ a: step({ x: "1" }, { inputs, command }) }), [
      "The component of step 'a' uses '${{inputs.y}}' in its command, but declares no such input.",
      "Step 'a' has no value for its optional input 'seed', which its command always uses; set it, or put that part of the command into $[[ ]].",
    ]);
  });
});
