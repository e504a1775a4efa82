import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { reducePoints } from "./reduce-points.ts";

const points = (values: readonly number[]) => values.map((value, step) => ({ value, step, at: step * 10 }));

describe("reduce points", () => {
  it("keeps a short series as it is", () => {
    const series = points([3, 1, 2]);
    assert.equal(reducePoints(series, 10), series);
  });

  it("keeps first, last and every peak of a long series", () => {
    const values = Array.from({ length: 10_000 }, (_, index) => Math.sin(index / 100));
    values[4321] = 99;
    values[8765] = -99;
    const reduced = reducePoints(points(values), 500);
    assert.ok(reduced.length <= 500, String(reduced.length));
    assert.deepEqual([reduced[0]?.step, reduced.at(-1)?.step], [0, 9999]);
    assert.deepEqual(
      reduced.filter(({ value }) => Math.abs(value) === 99).map(({ step }) => step),
      [4321, 8765],
    );
  });

  it("keeps points in their order", () => {
    const values = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 101);
    const steps = reducePoints(points(values), 300).map(({ step }) => step);
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
  });
});
