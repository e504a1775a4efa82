import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { evaluatePipeline } from "./evaluate-pipeline.ts";
import type { PipelineDefinition } from "./pipeline-definition.ts";
import type { ChildFact } from "./pipeline-facts.ts";
import { buildGraph } from "./pipeline-graph.ts";
import { control, definition, out, step } from "./test-definition.ts";
import type { PipelinePolicy } from "./unit-result.ts";

const POLICY: PipelinePolicy = { continueOnStepFailure: false, runOnFailedOptionalInput: true, activeMax: 100 };

function done(values: Record<string, string> = {}): ChildFact {
  return { status: "completed", values };
}

function look(
  nodes: PipelineDefinition["nodes"],
  facts: Record<string, ChildFact>,
  policy: Partial<PipelinePolicy> = {},
) {
  const { graph } = buildGraph(definition(nodes));
  const childOf = (instance: string) => facts[instance];
  return evaluatePipeline(graph, { childOf, literals: {}, policy: { ...POLICY, ...policy } });
}

const ACTIVE: ChildFact = { status: "active", values: {} };
const FAILED: ChildFact = { status: "failed", values: {} };

describe("evaluate pipeline", () => {
  it("starts what waits for nothing, then what waited for that", () => {
    const nodes = { a: step(), b: step({ x: out("a") }), c: step() };
    assert.deepEqual(look(nodes, {}).start, ["a", "c"]);
    assert.deepEqual(look(nodes, { a: done(), c: ACTIVE }).start, ["b"]);
    assert.equal(look(nodes, { a: done(), b: done(), c: done() }).outcome, "completed");
  });

  it("starts no more jobs at a time than it may", () => {
    const nodes = { a: step(), b: step(), c: step(), d: step() };
    assert.deepEqual(look(nodes, { a: ACTIVE }, { activeMax: 3 }).start, ["b", "c"]);
  });

  it("stops at the first step that fails", () => {
    const nodes = { a: step(), b: step(), c: step() };
    const now = look(nodes, { a: FAILED, b: ACTIVE });
    assert.deepEqual([now.start, now.isStopping, now.outcome], [[], true, undefined]);
    assert.equal(look(nodes, { a: FAILED, b: { status: "canceled", values: {} } }).outcome, "failed");
  });

  it("goes on with steps that do not need the failed one when told so", () => {
    const nodes = { a: step(), b: step({ x: out("a") }), c: step() };
    const now = look(nodes, { a: FAILED }, { continueOnStepFailure: true });
    assert.deepEqual(now.start, ["c"]);
    assert.deepEqual(now.units.get("b"), { status: "skipped", reason: "'a' failed" });
    assert.equal(look(nodes, { a: FAILED, c: done() }, { continueOnStepFailure: true }).outcome, "failed");
  });

  it("runs a step without an optional input whose step failed", () => {
    const optional = { inputs: { x: { type: "string", optional: true } } };
    const nodes = { a: step(), b: step({ x: out("a") }, optional) };
    const policy = { continueOnStepFailure: true };
    assert.deepEqual(look(nodes, { a: FAILED }, policy).start, ["b"]);
    assert.deepEqual(look(nodes, { a: FAILED }, { ...policy, runOnFailedOptionalInput: false }).start, []);
  });

  it("takes one way at a decision and skips the other", () => {
    const nodes = {
      test: step(),
      yes: step(),
      no: step(),
      after: step({ x: out("no") }),
      which: control({ type: "if_else", condition: out("test"), true_block: "yes", false_block: ["no"] }),
    };
    assert.deepEqual(look(nodes, {}).start, ["test"]);
    const now = look(nodes, { test: done({ out: "True" }) });
    assert.deepEqual(now.start, ["yes"]);
    assert.equal(now.units.get("after")?.status, "skipped");
    assert.equal(look(nodes, { test: done({ out: "True" }), yes: done() }).outcome, "completed");
  });

  it("fails a decision without an answer", () => {
    const nodes = {
      test: step(),
      yes: step(),
      which: control({ type: "if_else", condition: out("test"), true_block: "yes" }),
    };
    assert.deepEqual(look(nodes, { test: done({ out: "perhaps" }) }).units.get("which"), {
      status: "failed",
      reason: "The condition of 'which' is neither true nor false.",
    });
  });

  it("repeats a body while its condition holds, up to its limit", () => {
    const nodes = {
      body: step(),
      loop: control({ type: "do_while", body: "body", condition: out("body"), limits: { max_iteration_count: 3 } }),
    };
    const more = done({ out: "true" });
    assert.deepEqual(look(nodes, {}).start, ["body#0"]);
    assert.deepEqual(look(nodes, { "body#0": more }).start, ["body#1"]);
    assert.equal(look(nodes, { "body#0": more, "body#1": done({ out: "false" }) }).outcome, "completed");
    assert.equal(look(nodes, { "body#0": more, "body#1": more, "body#2": more }).outcome, "completed");
    assert.equal(look(nodes, { "body#0": done({}) }).outcome, "failed");
  });

  it("runs a body for each item, as many at a time as it may", () => {
    const items = JSON.stringify([{ x: 1 }, { x: 2 }, { x: 3 }]);
    const nodes = {
      body: step({ x: "0" }),
      loop: control({ type: "parallel_for", body: "body", items, max_concurrency: 2 }),
      after: step({ x: out("body") }),
    };
    assert.deepEqual(look(nodes, {}).start, ["body#0", "body#1"]);
    assert.deepEqual(look(nodes, { "body#0": ACTIVE, "body#1": done() }).start, ["body#2"]);
    assert.deepEqual(look(nodes, { "body#0": done(), "body#1": done(), "body#2": done() }).start, ["after"]);
  });

  it("reads the items of a loop from an output", () => {
    const nodes = {
      list: step(),
      body: step({ x: "0" }),
      loop: control({ type: "parallel_for", body: "${{parent.jobs.body}}", items: out("list") }),
    };
    assert.deepEqual(look(nodes, { list: done({ out: '[{"x":"a"}]' }) }).start, ["body#0"]);
    assert.match(look(nodes, { list: done({ out: "5" }) }).units.get("loop")?.reason ?? "", /cannot use its items/);
  });

  it("ends the other rounds when one fails", () => {
    const nodes = {
      body: step(),
      loop: control({ type: "parallel_for", body: "body", items: [{}, {}, {}], max_concurrency: 2 }),
    };
    const now = look(nodes, { "body#0": FAILED, "body#1": ACTIVE });
    assert.deepEqual([now.isStopping, now.activeCount, now.outcome], [true, 1, undefined]);
    const rest = look(nodes, { "body#0": FAILED, "body#1": ACTIVE }, { continueOnStepFailure: true });
    assert.deepEqual(rest.start, ["body#2"]);
  });
});
