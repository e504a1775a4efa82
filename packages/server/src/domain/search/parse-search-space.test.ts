import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseSearchSpace } from "./parse-search-space.ts";

function messages(wire: Readonly<Record<string, unknown>>): readonly string[] {
  return parseSearchSpace(wire).issues.map(({ message }) => message);
}

describe("parse search space", () => {
  it("reports every problem at once, with its place", () => {
    const { issues } = parseSearchSpace({
      a: ["uniform", [2, 1]],
      b: ["unifrom", [1, 2]],
      c: ["choice", [[]]],
      d: 3,
      e: ["quniform", [1, 2, 0]],
      f: ["normal", [0, -1]],
      g: ["randint", [0.5]],
      h: ["choice", [["x", { depth: ["uniform", [1]] }]]],
      "no name": ["uniform", [0, 1]],
    });
    assert.deepEqual(
      issues.map(({ target, message }) => [target.slice("properties.searchSpace.".length), message]),
      [
        ["a", "'uniform' of parameter 'a' has a 'min_value' of 2 above its 'max_value' of 1."],
        ["b", "'unifrom' of parameter 'b' is no expression. Did you mean 'uniform'?"],
        ["c", "The choice of 'c' has no values; give at least one."],
        [
          "d",
          "Parameter 'd' is no expression; write one of choice, randint, uniform, loguniform, quniform, qloguniform, normal, lognormal, qnormal, qlognormal.",
        ],
        ["e", "'quniform' of parameter 'e' needs a 'q' above 0."],
        ["f", "'normal' of parameter 'f' has a negative 'sigma' of -1."],
        ["g", "'randint' of parameter 'g' needs a whole 'upper' of at least 1."],
        ["h[1].depth", "'uniform' of parameter 'h[1].depth' takes min_value, max_value, all of them numbers."],
        ["no name", "'no name' is no parameter name: letters, digits, '_' and '-', beginning with a letter or '_'."],
      ],
    );
  });

  it("wants at least one parameter", () => {
    assert.deepEqual(messages({}), ["The search space is empty; give at least one parameter to vary."]);
  });

  it("answers anything without throwing", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (wire) => void messages(wire)));
  });

  it("follows choices only so deep", () => {
    let expression: unknown = ["uniform", [0, 1]];
    for (let depth = 0; depth < 12; depth += 1) expression = ["choice", [[{ inner: expression }]]];
    assert.match(messages({ outer: expression })[0] ?? "", /nested more than 8 deep/);
  });
});
