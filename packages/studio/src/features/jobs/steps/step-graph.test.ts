import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Job } from "../../../api/jobs.ts";
import { buildStepGraph, isReused } from "./step-graph.ts";

function job(name: string, properties: Job["properties"]): Job {
  return { id: `/jobs/${name}`, name, properties };
}

describe("the graph of a pipeline", () => {
  const pipeline = job("p", {
    jobs: {
      prepare: { type: "command", inputs: { raw: { value: "${{parent.inputs.raw}}" } } },
      train: { type: "command", inputs: { data: { value: "${{parent.jobs.prepare.outputs.data}}" } } },
      choose: {
        type: "if_else",
        condition: "${{parent.jobs.train.outputs.good}}",
        true_block: "${{parent.jobs.keep}}",
      },
      keep: { type: "command" },
    },
  });

  it("links what one node hands on to another", () => {
    const { links } = buildStepGraph(pipeline, []);
    assert.deepEqual(links, [
      { from: "prepare", to: "train" },
      { from: "train", to: "choose" },
      { from: "keep", to: "choose" },
    ]);
  });

  it("shows the last job of a loop's node, and how many there were", () => {
    const rounds = ["train#0", "train#1"].map((node) => job(node, { properties: { "azureml.nodeid": node } }));
    const step = buildStepGraph(pipeline, rounds).steps.find(({ name }) => name === "train");
    assert.deepEqual([step?.job?.name, step?.jobCount], ["train#1", 2]);
  });

  it("knows a reused job by its property", () => {
    assert.equal(isReused(job("a", { properties: { "azureml.isreused": "true" } })), true);
    assert.equal(isReused(job("a", {})), false);
  });
});
