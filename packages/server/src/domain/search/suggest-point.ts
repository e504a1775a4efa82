import type { Distribution } from "./distribution.ts";
import { normalQuantile, normalShare } from "./normal-distribution.ts";
import { listDimensions, optionAt, unitOfOption, type Dimension, type Point } from "./parameters.ts";
import type { SearchSpace } from "./parse-search-space.ts";
import { randomStream, type RandomStream } from "./random-stream.ts";
import { sobolPlace } from "./sobol.ts";

/** A trial that is over: where it stood, and what came of it; less is better. */
export interface Observation {
  readonly point: Point;
  readonly loss: number;
}

/** Trials spread evenly before anything is concluded from them. */
const STARTUP_TRIALS = 10;
/** Share of the trials that count as good, and the most of them. */
const GOOD_SHARE = 0.1;
const GOOD_MAX = 25;
/** Places tried for each dimension; the one that looks most like the good trials is taken. */
const CANDIDATES = 32;
/** Narrowest kernel, as a share of the whole range. */
const WIDTH_MIN = 0.01;
/** Width of a kernel, as a share of the distance to its farther neighbour. */
const WIDTH_FACTOR = 0.7;

/** Kernels of trials along one dimension, with the prior of a trial that might be anywhere. */
interface Kernels {
  readonly centres: readonly number[];
  readonly widths: readonly number[];
}

/**
 * Where the next trial should stand: a tree-structured Parzen estimator. Trials are split into good and other ones; for
 * each dimension the place is taken where good ones are likeliest compared with the others. A dimension below a choice
 * learns only from trials that chose it. Depends on seed, index and observations alone.
 */
export function suggestPoint(
  space: SearchSpace,
  observations: readonly Observation[],
  { seed, index }: { readonly seed: number; readonly index: number },
): Point {
  const dimensions = listDimensions(space);
  if (observations.length < STARTUP_TRIALS) {
    const place = sobolPlace(index, dimensions.length, seed);
    return Object.fromEntries(dimensions.map(({ path }, dimension) => [path, place[dimension] ?? 0.5]));
  }
  const ranked = observations.toSorted((left, right) => left.loss - right.loss);
  const goodCount = Math.min(Math.max(Math.ceil(GOOD_SHARE * ranked.length), 3), GOOD_MAX);
  const [good, other] = [ranked.slice(0, goodCount), ranked.slice(goodCount)];
  const point: Record<string, number> = {};
  for (const dimension of dimensions) {
    if (!isActive(dimension, dimensions, point)) continue;
    const random = randomStream(seed, `suggest ${index} ${dimension.path}`);
    const places = { good: placesOf(good, dimension.path), other: placesOf(other, dimension.path) };
    point[dimension.path] =
      dimension.distribution.kind === "choice"
        ? suggestOption(dimension.distribution.options.length, places, random)
        : suggestUnit(dimension.distribution, places, random);
  }
  return point;
}

interface Places {
  readonly good: readonly number[];
  readonly other: readonly number[];
}

function isActive({ condition }: Dimension, dimensions: readonly Dimension[], point: Point): boolean {
  if (condition === undefined) return true;
  const above = dimensions.find(({ path }) => path === condition.path)?.distribution;
  const unit = point[condition.path];
  if (above?.kind !== "choice" || unit === undefined) return false;
  return optionAt(above.options.length, unit) === condition.option;
}

function placesOf(observations: readonly Observation[], path: string): number[] {
  return observations.flatMap(({ point }) => point[path] ?? []);
}

function suggestUnit(distribution: Distribution, places: Places, random: RandomStream): number {
  const [good, other] = [kernelsOf(places.good), kernelsOf(places.other)];
  let best = { unit: 0.5, score: Number.NEGATIVE_INFINITY };
  for (let candidate = 0; candidate < CANDIDATES; candidate += 1) {
    const unit = drawFrom(good, random);
    const score = Math.log(densityAt(good, unit)) - Math.log(densityAt(other, unit));
    if (score > best.score) best = { unit, score };
  }
  // A whole number has a place of its own; the middle of its part says the same with less noise.
  return distribution.kind === "integer"
    ? unitOfOption(distribution.upper, optionAt(distribution.upper, best.unit))
    : best.unit;
}

function suggestOption(optionCount: number, places: Places, random: RandomStream): number {
  const good = sharesOf(places.good, optionCount);
  const other = sharesOf(places.other, optionCount);
  let best = { option: 0, score: Number.NEGATIVE_INFINITY };
  for (let candidate = 0; candidate < CANDIDATES; candidate += 1) {
    const option = drawOption(good, random);
    const score = (good[option] ?? 0) / (other[option] ?? 1);
    if (score > best.score) best = { option, score };
  }
  return unitOfOption(optionCount, best.option);
}

/** How often each option was taken, with one more trial spread over all of them. */
function sharesOf(units: readonly number[], optionCount: number): number[] {
  const counts = Array.from({ length: optionCount }, () => 1 / optionCount);
  for (const unit of units) {
    const option = optionAt(optionCount, unit);
    counts[option] = (counts[option] ?? 0) + 1;
  }
  return counts.map((count) => count / (units.length + 1));
}

function drawOption(shares: readonly number[], random: RandomStream): number {
  let rest = random();
  for (const [option, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return option;
  }
  return shares.length - 1;
}

function kernelsOf(units: readonly number[]): Kernels {
  const centres = units.toSorted((left, right) => left - right);
  const widthMin = Math.max(WIDTH_MIN, 1 / Math.min(100, 10 + 5 * centres.length));
  const widths = centres.map((centre, index) => {
    const before = centre - (centres[index - 1] ?? 0);
    const after = (centres[index + 1] ?? 1) - centre;
    return Math.min(Math.max(WIDTH_FACTOR * Math.max(before, after), widthMin), 1);
  });
  return { centres, widths };
}

function drawFrom({ centres, widths }: Kernels, random: RandomStream): number {
  const kernel = Math.floor(random() * (centres.length + 1));
  const [centre, width] = [centres[kernel], widths[kernel]];
  const share = random();
  if (centre === undefined || width === undefined) return share;
  const [low, high] = [normalShare((0 - centre) / width), normalShare((1 - centre) / width)];
  const unit = centre + width * normalQuantile(low + share * (high - low));
  return Math.min(Math.max(unit, 0), 1 - Number.EPSILON);
}

function densityAt({ centres, widths }: Kernels, unit: number): number {
  let density = 1;
  for (const [index, centre] of centres.entries()) {
    const width = widths[index] ?? 1;
    const inside = normalShare((1 - centre) / width) - normalShare((0 - centre) / width);
    const distance = (unit - centre) / width;
    density += Math.exp(-0.5 * distance * distance) / (width * Math.sqrt(2 * Math.PI) * inside);
  }
  return density / (centres.length + 1);
}
