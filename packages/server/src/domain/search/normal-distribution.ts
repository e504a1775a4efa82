/** Below and above these the rational functions of the tails are the exact ones. */
const TAIL = 0.02425;
/** Keeps the ends of `[0, 1]` finite: eight deviations from the mean. */
const EDGE = 1e-15;

const CENTRE_TOP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const CENTRE_BOTTOM = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_TOP = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BOTTOM = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** Deviations from the mean below which `share` of a normal distribution lies: Acklam's approximation, 1e-9 of error. */
export function normalQuantile(share: number): number {
  const part = Math.min(Math.max(share, EDGE), 1 - EDGE);
  if (part < TAIL) return tailQuantile(part);
  if (part > 1 - TAIL) return -tailQuantile(1 - part);
  const centred = part - 0.5;
  const squared = centred * centred;
  return (polynomial(CENTRE_TOP, squared) * centred) / polynomial(CENTRE_BOTTOM, squared);
}

/** Share of a normal distribution that lies below so many deviations from the mean; 1.5e-7 of error. */
export function normalShare(deviations: number): number {
  const scaled = Math.abs(deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * scaled);
  const series = polynomial([1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0], t);
  const half = (series * Math.exp(-scaled * scaled)) / 2;
  return deviations < 0 ? half : 1 - half;
}

function tailQuantile(part: number): number {
  const root = Math.sqrt(-2 * Math.log(part));
  return polynomial(TAIL_TOP, root) / polynomial(TAIL_BOTTOM, root);
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0);
}
