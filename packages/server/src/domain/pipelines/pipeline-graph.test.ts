import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { buildGraph } from "./pipeline-graph.ts";
import { control, definition, out, step } from "./test-definition.ts";

describe("pipeline graph", () => {
  it("puts every step after those that it reads from", () => {
    const { graph } = buildGraph(definition({ c: step({ x: out("b") }), b: step({ x: out("a") }), a: step() }));
    assert.deepEqual(
      graph.units.map(({ name }) => name),
      ["a", "b", "c"],
    );
  });

  it("names the steps that wait for each other", () => {
    const { issues } = buildGraph(definition({ a: step({ x: out("b") }), b: step({ x: out("a") }), c: step() }));
    assert.deepEqual(
      issues.map(({ message }) => message),
      ["Steps wait for each other: 'a' → 'b' → 'a'. Take one of the bindings out."],
    );
  });

  it("lets a loop stand for its body", () => {
    const nodes = {
      body: step({ x: out("first") }),
      first: step(),
      after: step({ x: out("body") }),
      loop: control({ type: "do_while", body: "${{parent.jobs.body}}", condition: "out" }),
    };
    const { graph } = buildGraph(definition(nodes));
    assert.deepEqual(
      graph.units.map(({ name, dependencies }) => [name, dependencies.map(({ node }) => node)]),
      [
        ["first", []],
        ["loop", ["first"]],
        ["after", ["loop"]],
      ],
    );
  });

  it("depends on an input only as far as the component needs it", () => {
    const optional = { inputs: { x: { type: "string", optional: true } } };
    const { graph } = buildGraph(definition({ a: step(), b: step({ x: out("a") }, optional) }));
    assert.deepEqual(graph.units.at(-1)?.dependencies, [{ node: "a", isOptional: true }]);
  });
});
