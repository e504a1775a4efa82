import { gridPoint } from "./grid.ts";
import { listDimensions, type Point } from "./parameters.ts";
import type { SearchSpace } from "./parse-search-space.ts";
import { randomStream } from "./random-stream.ts";
import { sobolPlace } from "./sobol.ts";
import { suggestPoint, type Observation } from "./suggest-point.ts";

export interface SamplerSettings {
  readonly algorithm: "Random" | "Grid" | "Bayesian";
  /** Of random sampling: spread evenly instead. */
  readonly isSobol: boolean;
  readonly seed: number;
}

/**
 * Where trial `index` stands. Depends on its arguments alone, so that a trial is the same whenever it is asked for;
 * only Bayesian sampling looks at what other trials came to.
 */
export function samplePoint(
  space: SearchSpace,
  settings: SamplerSettings,
  trial: { readonly index: number; readonly observations: readonly Observation[] },
): Point {
  const { seed } = settings;
  const { index, observations } = trial;
  if (settings.algorithm === "Grid") return gridPoint(space, index);
  if (settings.algorithm === "Bayesian") return suggestPoint(space, observations, { seed, index });
  const dimensions = listDimensions(space);
  if (settings.isSobol) {
    const place = sobolPlace(index, dimensions.length, seed);
    return Object.fromEntries(dimensions.map(({ path }, dimension) => [path, place[dimension] ?? 0.5]));
  }
  return Object.fromEntries(dimensions.map(({ path }) => [path, randomStream(seed, `trial ${index} ${path}`)()]));
}
