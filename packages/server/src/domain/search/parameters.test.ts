import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { listDimensions, parametersAt } from "./parameters.ts";
import { parseSearchSpace } from "./parse-search-space.ts";

function parse(wire: Readonly<Record<string, unknown>>) {
  const { space, issues } = parseSearchSpace(wire);
  assert.deepEqual(issues, []);
  return space;
}

const units = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("parameters", () => {
  it("are those of the expressions at a point", () => {
    const space = parse({
      plain: ["uniform", [10, 20]],
      log: ["loguniform", [-2, 0]],
      steps: ["quniform", [0, 1, 0.1]],
      logSteps: ["qloguniform", [0, 4, 5]],
      bell: ["normal", [5, 2]],
      logBell: ["lognormal", [0, 1]],
      bellSteps: ["qnormal", [5, 2, 3]],
      logBellSteps: ["qlognormal", [2, 1, 2]],
      whole: ["randint", [8]],
      kernel: ["choice", [["rbf", "linear"]]],
    });
    assert.deepEqual(parametersAt(space, { steps: 0.31, kernel: 0.6 }), {
      plain: 15,
      log: Math.exp(-1),
      steps: 0.3,
      logSteps: 5,
      bell: 5,
      logBell: 1,
      bellSteps: 6,
      logBellSteps: 8,
      whole: 4,
      kernel: "linear",
    });
  });

  it("raise the base of logarithms that was asked for", () => {
    const { space } = parseSearchSpace({ rate: ["loguniform", [-4, -2]] }, { base: 10 });
    assert.deepEqual(parametersAt(space, { rate: 0.5 }), { rate: 0.001 });
  });

  it("below a choice exist only when it is chosen", () => {
    const space = parse({
      model: [
        "choice",
        [[{ kind: "tree", depth: ["randint", [10]] }, { kind: "linear", C: ["uniform", [0, 1]] }, "none"]],
      ],
    });
    assert.deepEqual(
      listDimensions(space).map(({ path }) => path),
      ["model", "model[0].kind", "model[0].depth", "model[1].kind", "model[1].C"],
    );
    assert.deepEqual(parametersAt(space, { model: 0, "model[0].depth": 0.35 }), { model: { kind: "tree", depth: 3 } });
    assert.deepEqual(parametersAt(space, { model: 0.4 }), { model: { kind: "linear", C: 0.5 } });
    assert.deepEqual(parametersAt(space, { model: 0.9 }), { model: "none" });
  });

  it("stay within the bounds of their expressions", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.nat(50), units, (low, width, unit) => {
        const space = parse({ a: ["uniform", [low, low + width]], b: ["quniform", [low, low + width, 0.5]] });
        const { a, b } = parametersAt(space, { a: unit, b: unit });
        assert.ok(Number(a) >= low && Number(a) <= low + width);
        assert.ok(Number(b) >= low - 0.25 && Number(b) <= low + width + 0.25);
        assert.equal(Math.abs(Number(b) % 0.5), 0);
      }),
    );
  });
});
