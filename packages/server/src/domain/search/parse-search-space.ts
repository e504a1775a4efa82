import { SEARCH_EXPRESSIONS } from "@lazuli/contract/jobs/search-expressions.ts";

import { nearestName } from "../expressions/bind-template.ts";
import type { Issue } from "../issue.ts";
import type { Distribution, Option, Scalar } from "./distribution.ts";

export type SearchSpace = Readonly<Record<string, Distribution>>;

const ROOT = "properties.searchSpace";
/** Options nested deeper than this are refused rather than followed. */
const DEPTH_MAX = 8;
const PARAMETERS_MAX = 1_000;
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,254}$/;

/** Where the parser is. */
interface Place {
  /** As `properties.searchSpace.model[1].depth`. */
  readonly target: string;
  /** Groups around it. */
  readonly depth: number;
  /** Of the logarithmic expressions. */
  readonly base: number;
  readonly issues: Issue[];
}

/**
 * Reads a search space as it crosses the wire: `{ lr: ["loguniform", [-6, -1]], kernel: ["choice", [["rbf"]]] }`.
 * Every problem is reported; parameters that have one are left out of the space.
 */
export function parseSearchSpace(
  wire: Readonly<Record<string, unknown>>,
  { base = Math.E }: { readonly base?: number } = {},
): { readonly space: SearchSpace; readonly issues: readonly Issue[] } {
  const place: Place = { target: ROOT, depth: 0, base, issues: [] };
  const count = Object.keys(wire).length;
  if (count === 0) add(place, "The search space is empty; give at least one parameter to vary.");
  if (count > PARAMETERS_MAX) add(place, `The search space has ${count} parameters; at most ${PARAMETERS_MAX} work.`);
  return { space: parseMembers(wire, place), issues: place.issues };
}

function parseMembers(wire: Readonly<Record<string, unknown>>, above: Place): Record<string, Distribution> {
  const entries = Object.entries(wire).flatMap(([name, expression]) => {
    const place = { ...above, target: `${above.target}.${name}` };
    if (!NAME.test(name)) {
      add(place, `'${name}' is no parameter name: letters, digits, '_' and '-', beginning with a letter or '_'.`);
    }
    const isFixed = place.depth > 0 && !isExpression(expression);
    const distribution = isFixed ? parseFixed(expression, place) : parseExpression(expression, place);
    return distribution === undefined ? [] : [[name, distribution] as const];
  });
  return Object.fromEntries(entries);
}

/** Members of a group may be plain values: a choice of one. */
function parseFixed(value: unknown, place: Place): Distribution | undefined {
  if (isScalar(value)) return { kind: "choice", options: [{ kind: "value", value }] };
  add(place, `The value of '${nameOf(place)}' must be text, a number, a boolean or an expression.`);
  return undefined;
}

function parseExpression(expression: unknown, place: Place): Distribution | undefined {
  const [name, args]: unknown[] = Array.isArray(expression) ? expression : [];
  const known = Object.keys(SEARCH_EXPRESSIONS);
  if (typeof name !== "string" || !Array.isArray(args)) {
    add(place, `Parameter '${nameOf(place)}' is no expression; write one of ${known.join(", ")}.`);
    return undefined;
  }
  const fields = Object.hasOwn(SEARCH_EXPRESSIONS, name) ? SEARCH_EXPRESSIONS[name] : undefined;
  if (fields === undefined) {
    const nearest = nearestName(name, known);
    const advice = nearest === undefined ? `Write one of ${known.join(", ")}.` : `Did you mean '${nearest}'?`;
    add(place, `'${name}' of parameter '${nameOf(place)}' is no expression. ${advice}`);
    return undefined;
  }
  return name === "choice" ? parseChoice(args, place) : parseNumeric({ name, args, fields }, place);
}

function parseChoice(args: readonly unknown[], place: Place): Distribution | undefined {
  const [values] = args;
  const options: readonly unknown[] = Array.isArray(values) ? values : args;
  if (options.length === 0) {
    add(place, `The choice of '${nameOf(place)}' has no values; give at least one.`);
    return undefined;
  }
  const parsed = options.flatMap((value, index) =>
    parseOption(value, { ...place, target: `${place.target}[${index}]` }),
  );
  return parsed.length === 0 ? undefined : { kind: "choice", options: parsed };
}

function parseOption(value: unknown, place: Place): Option[] {
  if (isScalar(value)) return [{ kind: "value", value }];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    add(place, `A value of '${nameOf(place)}' must be text, a number, a boolean or a set of parameters.`);
    return [];
  }
  if (place.depth >= DEPTH_MAX) {
    add(place, `Choices are nested more than ${DEPTH_MAX} deep at '${nameOf(place)}'.`);
    return [];
  }
  return [{ kind: "group", members: parseMembers({ ...value }, { ...place, depth: place.depth + 1 }) }];
}

function parseNumeric(
  { name, args, fields }: { name: string; args: readonly unknown[]; fields: readonly string[] },
  place: Place,
): Distribution | undefined {
  const numbers = args.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const wrong = (rule: string): undefined => add(place, `'${name}' of parameter '${nameOf(place)}' ${rule}.`);
  if (args.length !== fields.length || numbers.length !== fields.length) {
    return wrong(`takes ${fields.join(", ")}, all of them numbers`);
  }
  const [first = 0, second = 0, third = 0] = numbers;
  if (name === "randint") {
    const isCount = Number.isInteger(first) && first >= 1;
    return isCount ? { kind: "integer", upper: first } : wrong("needs a whole 'upper' of at least 1");
  }
  const isUniform = name.endsWith("uniform");
  if (isUniform && first > second) return wrong(`has a 'min_value' of ${first} above its 'max_value' of ${second}`);
  if (!isUniform && second < 0) return wrong(`has a negative 'sigma' of ${second}`);
  if (name.startsWith("q") && third <= 0) return wrong("needs a 'q' above 0");
  const base = name.includes("log") ? place.base : undefined;
  const step = name.startsWith("q") ? third : undefined;
  return isUniform
    ? { kind: "uniform", low: first, high: second, base, step }
    : { kind: "normal", mean: first, deviation: second, base, step };
}

function isExpression(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && Array.isArray(value[1]);
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
  );
}

/** What users call the place: the field without its prefix. */
function nameOf({ target }: Place): string {
  return target.slice(ROOT.length + 1);
}

function add(place: Place, message: string): undefined {
  place.issues.push({ code: "InvalidSearchSpace", message, target: place.target });
}
