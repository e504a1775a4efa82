import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { bindCommand, listPlaceholders } from "./command-binding.ts";

describe("bind command", () => {
  it("puts inputs and outputs in, with or without blanks in the braces", () => {
    const bound = bindCommand("python t.py --x ${{inputs.x}} --o ${{ outputs.model }}", {
      inputs: { x: "0.1" },
      outputs: { model: "/mnt/outputs/model" },
    });
    assert.equal(bound, "python t.py --x 0.1 --o /mnt/outputs/model");
  });

  it("keeps an optional group whose input is given and drops one whose input is not", () => {
    const bound = bindCommand("run $[[--lr ${{inputs.lr}}]] $[[--data ${{inputs.data}}]] end", {
      inputs: { lr: "1" },
      outputs: {},
    });
    assert.equal(bound, "run --lr 1  end");
  });

  it("leaves what only the node knows, groups included", () => {
    const command = "run ${{inputs.data}} $[[--extra ${{inputs.extra}} ${{inputs.n}}]]";
    const once = bindCommand(command, {
      inputs: { n: "3" },
      outputs: {},
      later: new Set(["inputs.data", "inputs.extra"]),
    });
    assert.equal(once, "run ${{inputs.data}} $[[--extra ${{inputs.extra}} 3]]");
    assert.equal(bindCommand(once, { inputs: { data: "/d", extra: "/e" }, outputs: {} }), "run /d --extra /e 3");
  });

  it("never takes a name of the prototype for a value", () => {
    assert.equal(bindCommand("${{inputs.constructor}}", { inputs: {}, outputs: {} }), "${{inputs.constructor}}");
  });

  it("does not read a value as a placeholder or a replacement pattern", () => {
    assert.equal(
      bindCommand("${{inputs.a}}", { inputs: { a: "$& ${{inputs.b}}", b: "no" }, outputs: {} }),
      "$& ${{inputs.b}}",
    );
  });

  it("lists placeholders and says which are optional", () => {
    assert.deepEqual(listPlaceholders("a ${{inputs.x}} $[[${{search_space.lr}}]]"), [
      { namespace: "inputs", name: "x", isOptional: false },
      { namespace: "search_space", name: "lr", isOptional: true },
    ]);
  });
});
