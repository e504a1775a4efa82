import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { gridSize } from "./grid.ts";
import { listDimensions, parametersAt, pointOf } from "./parameters.ts";
import { parseSearchSpace } from "./parse-search-space.ts";
import { samplePoint, type SamplerSettings } from "./sampler.ts";
import type { Observation } from "./suggest-point.ts";

const number = fc.integer({ min: -20, max: 20 });
const positive = fc.integer({ min: 1, max: 20 }).map((tenths) => tenths / 10);

const uniform = fc
  .tuple(fc.constantFrom("uniform", "loguniform"), number, fc.nat(10))
  .map(([name, low, width]) => [name, [low, low + width]] as const);
const quantized = fc
  .tuple(fc.constantFrom("quniform", "qloguniform"), number, fc.nat(10), positive)
  .map(([name, low, width, q]) => [name, [low, low + width, q]] as const);
const normal = fc
  .tuple(fc.constantFrom("normal", "lognormal"), fc.integer({ min: -3, max: 3 }), fc.nat(3))
  .map(([name, mean, deviation]) => [name, [mean, deviation]] as const);
const quantizedNormal = fc
  .tuple(fc.constantFrom("qnormal", "qlognormal"), fc.integer({ min: -3, max: 3 }), fc.nat(3), positive)
  .map(([name, mean, deviation, q]) => [name, [mean, deviation, q]] as const);
const integer = fc.integer({ min: 1, max: 9 }).map((upper) => ["randint", [upper]] as const);
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const continuous = fc.oneof(uniform, quantized, normal, quantizedNormal, integer);
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
/** Members differ in name from option to option, as those of real spaces do. */
const group = (index: number) =>
  fc.dictionary(name, fc.oneof(continuous, scalar), { minKeys: 1, maxKeys: 3 }).map((members) => {
    return Object.fromEntries(Object.entries(members).map(([key, value]) => [`g${index}_${key}`, value]));
  });
const choice = fc
  .tuple(fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }), fc.option(group(1)), fc.option(group(2)))
  .map(([scalars, ...groups]) => ["choice", [[...scalars, ...groups.filter((one) => one !== null)]]] as const);

const wireSpaces = fc.dictionary(name, fc.oneof(continuous, choice), { minKeys: 1, maxKeys: 5 });
const finiteWireSpaces = fc.dictionary(name, fc.oneof(integer, choice.filter(isFlat)), {
  minKeys: 1,
  maxKeys: 4,
});
const units = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function isFlat(expression: readonly [string, readonly (readonly unknown[])[]]): boolean {
  return (expression[1][0] ?? []).every((value) => typeof value !== "object");
}

/** Far out, a bell curve is so flat that its inverse is a guess. */
const innerUnits = units.filter((unit) => unit > 0.001 && unit < 0.999);

type Sampling = SamplerSettings["algorithm"] | "Sobol";

function settingsOf(sampling: Sampling, seed: number): SamplerSettings {
  return { algorithm: sampling === "Sobol" ? "Random" : sampling, isSobol: sampling === "Sobol", seed };
}

function parse(wire: Readonly<Record<string, unknown>>) {
  const { space, issues } = parseSearchSpace(wire);
  assert.deepEqual(issues, []);
  return space;
}

describe("any search space", () => {
  it("finds the point of parameters again", () => {
    fc.assert(
      fc.property(wireSpaces, fc.infiniteStream(innerUnits), (wire, stream) => {
        const space = parse(wire);
        const point = Object.fromEntries(listDimensions(space).map(({ path }) => [path, stream.next().value]));
        const parameters = parametersAt(space, point);
        const again = parametersAt(space, pointOf(space, parameters));
        assertNear(again, parameters);
      }),
    );
  });

  it("holds what every sampler picks", () => {
    fc.assert(
      fc.property(wireSpaces, fc.constantFrom("Random", "Sobol", "Bayesian"), fc.nat(), (wire, sampling, seed) => {
        const { space } = parseSearchSpace(wire);
        const observations: Observation[] = [];
        for (let index = 0; index < 15; index += 1) {
          const point = samplePoint(space, settingsOf(sampling, seed), { index, observations });
          for (const unit of Object.values(point)) assert.ok(unit >= 0 && unit < 1, String(unit));
          assert.deepEqual(Object.keys(parametersAt(space, point)), Object.keys(space));
          observations.push({ point, loss: index % 4 });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has every combination once in its grid", () => {
    fc.assert(
      fc.property(finiteWireSpaces, (wire) => {
        const { space } = parseSearchSpace(wire);
        const size = gridSize(space) ?? 0;
        fc.pre(size <= 500);
        const seen = Array.from({ length: size }, (_, index) => {
          const point = samplePoint(space, settingsOf("Grid", 0), { index, observations: [] });
          return JSON.stringify(parametersAt(space, point));
        });
        assert.equal(new Set(seen).size, size);
      }),
    );
  });
});

/** Equal but for what an approximated bell curve loses on the way there and back. */
function assertNear(actual: unknown, expected: unknown): void {
  if (typeof actual === "number" && typeof expected === "number") {
    assert.ok(Math.abs(actual - expected) <= 1e-3 * (1 + Math.abs(expected)), `${actual} is not ${expected}`);
  } else if (typeof actual === "object" && typeof expected === "object" && actual !== null && expected !== null) {
    assert.deepEqual(Object.keys(actual), Object.keys(expected));
    const pairs = new Map(Object.entries(expected));
    for (const [name, value] of Object.entries(actual)) assertNear(value, pairs.get(name));
  } else {
    assert.equal(actual, expected);
  }
}
