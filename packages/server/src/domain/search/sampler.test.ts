import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { listDimensions, parametersAt, type Parameters } from "./parameters.ts";
import { parseSearchSpace, type SearchSpace } from "./parse-search-space.ts";
import { samplePoint, type SamplerSettings } from "./sampler.ts";
import { gridSize } from "./grid.ts";
import { sobolBits, SOBOL_DIMENSIONS_MAX, sobolPlace } from "./sobol.ts";
import type { Observation } from "./suggest-point.ts";

const SEEDS = 40;
const TRIALS = 40;

type Sampling = SamplerSettings["algorithm"] | "Sobol";

function settingsOf(sampling: Sampling, seed: number): SamplerSettings {
  return { algorithm: sampling === "Sobol" ? "Random" : sampling, isSobol: sampling === "Sobol", seed };
}

function sampleAll(space: SearchSpace, sampling: Sampling, seed: number): Parameters[] {
  const observations: Observation[] = [];
  return Array.from({ length: TRIALS }, (_, index) => {
    const point = samplePoint(space, settingsOf(sampling, seed), { index, observations });
    observations.push({ point, loss: Math.sin(index) });
    return parametersAt(space, point);
  });
}

describe("samplers", () => {
  it("pick the same parameters for the same seed, and others for another", () => {
    const space = parseSearchSpace({ x: ["uniform", [0, 1]], k: ["choice", [["a", "b"]]] }).space;
    for (const sampling of ["Random", "Sobol", "Bayesian"] as const) {
      assert.deepEqual(sampleAll(space, sampling, 7), sampleAll(space, sampling, 7));
      assert.notDeepEqual(sampleAll(space, sampling, 7), sampleAll(space, sampling, 8));
    }
  });

  it("of a grid go through what a choice brings along", () => {
    const { space } = parseSearchSpace({
      a: ["choice", [["x", { depth: ["randint", [2]], kind: "tree" }]]],
      b: ["quniform", [0, 1, 0.5]],
    });
    const all = Array.from({ length: gridSize(space) ?? 0 }, (_, index) =>
      parametersAt(space, samplePoint(space, settingsOf("Grid", 0), { index, observations: [] })),
    );
    const tree = (depth: number) => ({ depth, kind: "tree" });
    assert.deepEqual(
      all,
      ["x", tree(0), tree(1)].flatMap((a) => [0, 0.5, 1].map((b) => ({ a, b }))),
    );
  });

  it("Sobol fills every part of every dimension evenly", () => {
    const cells = 64;
    for (let start = 0; start < 256; start += cells) {
      const places = Array.from({ length: cells }, (_, index) => sobolPlace(start + index, SOBOL_DIMENSIONS_MAX, 5));
      for (let dimension = 0; dimension < SOBOL_DIMENSIONS_MAX; dimension += 1) {
        const filled = new Set(places.map((place) => Math.floor((place[dimension] ?? 0) * cells)));
        assert.equal(filled.size, cells, `dimension ${dimension} from ${start}`);
      }
    }
  });

  it("Sobol begins as the published sequence does", () => {
    const places = [1, 2, 3, 4].map((index) => [0, 1, 2, 3].map((dimension) => sobolBits(index, dimension) / 2 ** 32));
    assert.deepEqual(places, [
      [0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25],
      [0.25, 0.75, 0.75, 0.75],
      [0.375, 0.375, 0.625, 0.875],
    ]);
  });

  it("Bayesian finds better places than chance in most searches of a smooth function", () => {
    const { space } = parseSearchSpace({
      x: ["uniform", [-5, 5]],
      rate: ["loguniform", [-10, 0]],
      kind: ["choice", [["a", "b", "c"]]],
    });
    const loss = ({ x, rate, kind }: Parameters) =>
      (Number(x) - 1.3) ** 2 + (Math.log(Number(rate)) + 4) ** 2 + (kind === "a" ? 0 : 3);
    const best = (sampling: Sampling, seed: number): number => {
      const observations: Observation[] = [];
      for (let index = 0; index < TRIALS; index += 1) {
        const point = samplePoint(space, settingsOf(sampling, seed), { index, observations });
        observations.push({ point, loss: loss(parametersAt(space, point)) });
      }
      return Math.min(...observations.map((one) => one.loss));
    };
    const pairs = Array.from({ length: SEEDS }, (_, seed) => [best("Bayesian", seed), best("Random", seed)] as const);
    const winCount = pairs.filter(([bayesian, random]) => bayesian < random).length;
    const [bayesian, random] = [0, 1].map((one) => pairs.reduce((sum, pair) => sum + (pair[one] ?? 0), 0));
    assert.ok(winCount >= SEEDS * 0.65, `${winCount} of ${SEEDS}`);
    assert.ok((bayesian ?? 0) < 0.7 * (random ?? 0), `${bayesian} against ${random}`);
  });

  it("learn below a choice only from trials that chose it", () => {
    const { space } = parseSearchSpace({ m: ["choice", [[{ a: ["uniform", [0, 1]] }, { b: ["uniform", [0, 1]] }]]] });
    const observations: Observation[] = Array.from({ length: 20 }, (_, index) => {
      const unit = (index + 0.5) / 20;
      return index % 2 === 0
        ? { point: { m: 0.25, "m[0].a": unit }, loss: 5 }
        : { point: { m: 0.75, "m[1].b": unit }, loss: Math.abs(unit - 0.8) };
    });
    const points = Array.from({ length: 10 }, (_, index) =>
      samplePoint(space, settingsOf("Bayesian", 1), { index: 20 + index, observations }),
    );
    for (const point of points) assert.deepEqual(Object.keys(point), ["m", "m[1].b"]);
    const mean = points.reduce((sum, point) => sum + (point["m[1].b"] ?? 0) / points.length, 0);
    assert.ok(Math.abs(mean - 0.8) < 0.15, String(mean));
    assert.equal(listDimensions(space).length, 3);
  });
});
