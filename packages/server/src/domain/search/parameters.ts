import { unitOf, valueAt, type Distribution, type Scalar } from "./distribution.ts";
import type { SearchSpace } from "./parse-search-space.ts";

/** What one trial runs with; a chosen group is an object of its own. */
export interface Parameters {
  readonly [name: string]: Scalar | Parameters;
}

/** A parameter, or one that exists only when a choice above it comes to its option. */
export interface Dimension {
  /** As `kernel`, or `model[1].depth` for what exists when option 1 of `model` is chosen. */
  readonly path: string;
  readonly distribution: Distribution;
  /** What has to be chosen for this one to matter. */
  readonly condition: { readonly path: string; readonly option: number } | undefined;
}

/** A place in the space: a number of `[0, 1)` for each dimension by its path. Dimensions that do not matter may be absent. */
export type Point = Readonly<Record<string, number>>;

/** All dimensions, a choice before what depends on it. */
export function listDimensions(space: SearchSpace): readonly Dimension[] {
  return Object.entries(space).flatMap(([path, distribution]) =>
    listBelow({ path, distribution, condition: undefined }),
  );
}

/** Parameters at a point. A dimension that the point leaves out stands in its middle. */
export function parametersAt(space: SearchSpace, point: Point): Parameters {
  return Object.fromEntries(
    Object.entries(space).map(([path, distribution]) => [path, valueIn(distribution, path, point)]),
  );
}

/** The point of parameters that came from this space: what was not chosen is left out. */
export function pointOf(space: SearchSpace, parameters: Parameters): Point {
  const point: Record<string, number> = {};
  for (const [path, distribution] of Object.entries(space))
    place(distribution, { path, value: parameters[path] }, point);
  return point;
}

/** Which option of a choice stands at `unit`. */
export function optionAt(optionCount: number, unit: number): number {
  return Math.min(Math.floor(unit * optionCount), optionCount - 1);
}

/** The middle of an option's part of `[0, 1)`. */
export function unitOfOption(optionCount: number, option: number): number {
  return (option + 0.5) / optionCount;
}

function listBelow(dimension: Dimension): Dimension[] {
  const { path, distribution } = dimension;
  if (distribution.kind !== "choice") return [dimension];
  const below = distribution.options.flatMap((option, index) => {
    if (option.kind === "value") return [];
    const condition = { path, option: index };
    return Object.entries(option.members).flatMap(([name, member]) =>
      listBelow({ path: `${path}[${index}].${name}`, distribution: member, condition }),
    );
  });
  return [dimension, ...below];
}

function valueIn(distribution: Distribution, path: string, point: Point): Scalar | Parameters {
  const unit = point[path] ?? 0.5;
  if (distribution.kind !== "choice") return valueAt(distribution, unit);
  const index = optionAt(distribution.options.length, unit);
  const option = distribution.options[index];
  if (option === undefined) return "";
  if (option.kind === "value") return option.value;
  return Object.fromEntries(
    Object.entries(option.members).map(([name, member]) => [name, valueIn(member, `${path}[${index}].${name}`, point)]),
  );
}

function place(
  distribution: Distribution,
  { path, value }: { path: string; value: Scalar | Parameters | undefined },
  point: Record<string, number>,
): void {
  if (value === undefined) return;
  if (distribution.kind !== "choice") {
    if (typeof value === "number") point[path] = unitOf(distribution, value);
    return;
  }
  const { options } = distribution;
  const index = options.findIndex((option) =>
    option.kind === "value" ? option.value === value : isOfGroup(option.members, value),
  );
  const option = options[index];
  if (option === undefined) return;
  point[path] = unitOfOption(options.length, index);
  if (option.kind === "value" || typeof value !== "object") return;
  for (const [name, member] of Object.entries(option.members)) {
    place(member, { path: `${path}[${index}].${name}`, value: value[name] }, point);
  }
}

/** Groups are told apart by the names of their members, then by their fixed values. */
function isOfGroup(members: Readonly<Record<string, Distribution>>, value: Scalar | Parameters): boolean {
  if (typeof value !== "object") return false;
  const names = Object.keys(members);
  if (names.length !== Object.keys(value).length) return false;
  return names.every((name) => {
    const member = members[name];
    const own = value[name];
    if (member === undefined || own === undefined) return false;
    if (member.kind !== "choice") return typeof own === "number";
    return member.options.some((option) =>
      option.kind === "value" ? option.value === own : isOfGroup(option.members, own),
    );
  });
}
