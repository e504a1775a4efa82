import { randomStream } from "./random-stream.ts";

const BITS = 32;

/**
 * Direction numbers by Joe and Kuo (their set `new-joe-kuo-6`) for dimensions from the second on: degree, coefficients
 * of the primitive polynomial, initial numbers.
 */
const DIRECTIONS: readonly (readonly [degree: number, coefficients: number, initial: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];

/** Dimensions that a Sobol sequence of ours has; further ones are drawn at random. */
export const SOBOL_DIMENSIONS_MAX = DIRECTIONS.length + 1;

/**
 * Place `index` of the Sobol sequence: any run of `2^k` places from a multiple of `2^k` on puts exactly one number into
 * each `2^-k` of every dimension. Shifted by the seed, so that no place is the corner of all lowest values.
 */
export function sobolPlace(index: number, dimensionCount: number, seed: number): readonly number[] {
  return Array.from({ length: dimensionCount }, (_, dimension) => {
    const shift = Math.floor(randomStream(seed, `shift ${dimension}`)() * 2 ** BITS);
    if (dimension >= SOBOL_DIMENSIONS_MAX) return randomStream(seed, `beyond ${index} ${dimension}`)();
    return ((sobolBits(index, dimension) ^ shift) >>> 0) / 2 ** BITS;
  });
}

/** The first 32 binary digits of one coordinate, in the order of the places' Gray codes. */
export function sobolBits(index: number, dimension: number): number {
  const gray = (index ^ (index >>> 1)) >>> 0;
  const directions = directionsOf(dimension);
  return directions.reduce((bits, direction, bit) => (((gray >>> bit) & 1) === 1 ? (bits ^ direction) >>> 0 : bits), 0);
}

function directionsOf(dimension: number): readonly number[] {
  if (dimension === 0) return Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit));
  const [degree, coefficients, initial] = DIRECTIONS[dimension - 1] ?? [1, 0, [1]];
  const directions = initial.map((number, bit) => (number * 2 ** (BITS - 1 - bit)) >>> 0);
  for (let bit = degree; bit < BITS; bit += 1) {
    const before = directions[bit - degree] ?? 0;
    let direction = (before ^ (before >>> degree)) >>> 0;
    for (let term = 1; term < degree; term += 1) {
      if (((coefficients >>> (degree - 1 - term)) & 1) === 1)
        direction = (direction ^ (directions[bit - term] ?? 0)) >>> 0;
    }
    directions.push(direction);
  }
  return directions;
}
