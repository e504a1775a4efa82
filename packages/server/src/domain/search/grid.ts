import { listValues, unitOf, type Distribution } from "./distribution.ts";
import { unitOfOption, type Point } from "./parameters.ts";
import type { SearchSpace } from "./parse-search-space.ts";

/** Combinations of all values; `undefined` when a parameter is continuous or has too many. May be beyond counting. */
export function gridSize(space: SearchSpace): number | undefined {
  return product(Object.values(space).map(sizeOf));
}

/** Names of parameters that no grid can hold. */
export function listContinuous(space: SearchSpace): readonly string[] {
  return Object.entries(space).flatMap(([name, distribution]) => (sizeOf(distribution) === undefined ? [name] : []));
}

/** Combination `index`; the last parameter changes fastest. Found without listing the ones before. */
export function gridPoint(space: SearchSpace, index: number): Point {
  const point: Record<string, number> = {};
  placeAll(Object.entries(space), index, point);
  return point;
}

function placeAll(
  entries: readonly (readonly [path: string, distribution: Distribution])[],
  index: number,
  point: Record<string, number>,
): void {
  let rest = index;
  for (const [path, distribution] of entries.toReversed()) {
    const size = sizeOf(distribution) ?? 1;
    placeOne(path, distribution, { index: rest % size, point });
    rest = Math.floor(rest / size);
  }
}

function placeOne(
  path: string,
  distribution: Distribution,
  to: { index: number; point: Record<string, number> },
): void {
  if (distribution.kind !== "choice") {
    const value = listValues(distribution)?.[to.index] ?? 0;
    to.point[path] = unitOf(distribution, value);
    return;
  }
  let rest = to.index;
  for (const [optionIndex, option] of distribution.options.entries()) {
    const size = option.kind === "value" ? 1 : (product(Object.values(option.members).map(sizeOf)) ?? 1);
    if (rest >= size) {
      rest -= size;
      continue;
    }
    to.point[path] = unitOfOption(distribution.options.length, optionIndex);
    if (option.kind === "value") return;
    const below = Object.entries(option.members).map(
      ([name, member]) => [`${path}[${optionIndex}].${name}`, member] as const,
    );
    placeAll(below, rest, to.point);
    return;
  }
}

function sizeOf(distribution: Distribution): number | undefined {
  if (distribution.kind !== "choice") return listValues(distribution)?.length;
  return distribution.options.reduce<number | undefined>((sum, option) => {
    const size = option.kind === "value" ? 1 : product(Object.values(option.members).map(sizeOf));
    return sum === undefined || size === undefined ? undefined : sum + size;
  }, 0);
}

function product(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce<number | undefined>(
    (all, size) => (all === undefined || size === undefined ? undefined : all * size),
    1,
  );
}
