import { normalQuantile, normalShare } from "./normal-distribution.ts";

export type Scalar = string | number | boolean;

/** One thing that a choice may come to: a value, or parameters that exist only when it is chosen. */
export type Option =
  | { readonly kind: "value"; readonly value: Scalar }
  | { readonly kind: "group"; readonly members: Readonly<Record<string, Distribution>> };

/**
 * Where values of a parameter come from. `base` is there for logarithmic ones: the drawn number is its power.
 * `step` is there for quantized ones: the value is rounded to a multiple of it.
 */
export type Distribution =
  | { readonly kind: "choice"; readonly options: readonly Option[] }
  | { readonly kind: "integer"; readonly upper: number }
  | NumericDistribution;

export type NumericDistribution = {
  readonly base: number | undefined;
  readonly step: number | undefined;
} & (
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
);

/** Multiples of a step are told without the noise of binary fractions: 0.3, not 0.30000000000000004. */
const DIGITS = 12;
/** Values of a finite distribution that a grid may hold. */
const VALUES_MAX = 1_000_000;

/** The value that stands at `unit` of `[0, 1)` when all values are lined up by probability. */
export function valueAt(distribution: NumericDistribution | { kind: "integer"; upper: number }, unit: number): number {
  if (distribution.kind === "integer") return Math.min(Math.floor(unit * distribution.upper), distribution.upper - 1);
  const { base, step } = distribution;
  const drawn =
    distribution.kind === "uniform"
      ? distribution.low + unit * (distribution.high - distribution.low)
      : distribution.mean + distribution.deviation * normalQuantile(unit);
  const value = base === undefined ? drawn : base ** drawn;
  return step === undefined ? value : roundTo(value, step);
}

/** Where a value stands: the inverse of {@link valueAt}, up to rounding. */
export function unitOf(distribution: NumericDistribution | { kind: "integer"; upper: number }, value: number): number {
  if (distribution.kind === "integer") return clamp((value + 0.5) / distribution.upper);
  const drawn = distribution.base === undefined ? value : Math.log(value) / Math.log(distribution.base);
  if (distribution.kind === "normal") {
    return clamp(
      normalShare((drawn - distribution.mean) / (distribution.deviation === 0 ? 1 : distribution.deviation)),
    );
  }
  const width = distribution.high - distribution.low;
  return clamp(width === 0 ? 0.5 : (drawn - distribution.low) / width);
}

/** All values of a distribution that has finitely many; `undefined` for the others, and for very many. */
export function listValues(distribution: Exclude<Distribution, { kind: "choice" }>): readonly number[] | undefined {
  if (distribution.kind === "integer") {
    return distribution.upper > VALUES_MAX
      ? undefined
      : Array.from({ length: distribution.upper }, (_, index) => index);
  }
  const { kind, step } = distribution;
  if (kind !== "uniform" || step === undefined) return undefined;
  const first = valueAt(distribution, 0);
  const last = valueAt(distribution, 1);
  const count = Math.round((last - first) / step) + 1;
  if (!(count <= VALUES_MAX)) return undefined;
  return Array.from({ length: count }, (_, index) => roundTo(first + index * step, step));
}

function roundTo(value: number, step: number): number {
  const rounded = Number((Math.round(value / step) * step).toPrecision(DIGITS));
  return rounded === 0 ? 0 : rounded;
}

/** Into `[0, 1)`; anything that is no number stands in the middle. */
function clamp(unit: number): number {
  if (Number.isNaN(unit)) return 0.5;
  return Math.min(Math.max(unit, 0), 1 - Number.EPSILON);
}
