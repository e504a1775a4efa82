import type { Issue } from "../issue.ts";
import { listExpressions, type Template, type TemplatePart } from "./template.ts";

/**
 * What a name stands for. `value`: this text. `later`: only the node knows (a path); the expression stays as it is.
 * `unset`: declared without a value, so an optional part that names it goes. `undefined`: no such name.
 */
export type Binding =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "later" }
  | { readonly kind: "unset" };

export type Lookup = (path: readonly string[]) => Binding | undefined;

/** Fills a template in. Names that do not exist are reported with the nearest that does. */
export function bindTemplate(
  template: Template,
  lookup: Lookup,
  options: { target: string; known: readonly string[] },
) {
  const issues: Issue[] = [...template.issues];
  for (const expression of listExpressions(template.parts)) {
    const binding = lookup(expression.path);
    if (binding === undefined) issues.push(unknownName(expression.source, expression.path.join("."), options));
    if (binding?.kind === "unset" && !expression.isOptional) issues.push(unsetName(expression.source, options.target));
  }
  return { text: renderParts(template.parts, lookup), issues };
}

function renderParts(parts: readonly TemplatePart[], lookup: Lookup): string {
  return parts.map((part) => renderPart(part, lookup)).join("");
}

function renderPart(part: TemplatePart, lookup: Lookup): string {
  if (part.kind === "text") return part.text;
  if (part.kind === "expression") {
    const binding = lookup(part.path);
    return binding?.kind === "value" ? binding.text : part.source;
  }
  const isComplete = listExpressions(part.parts).every(({ path }) => {
    const binding = lookup(path);
    return binding !== undefined && binding.kind !== "unset";
  });
  return isComplete ? renderParts(part.parts, lookup) : "";
}

function unknownName(source: string, path: string, options: { target: string; known: readonly string[] }): Issue {
  const nearest = nearestName(path, options.known);
  const advice = nearest === undefined ? "Declare it, or take it out." : `Did you mean '\${{${nearest}}}'?`;
  return {
    code: "UnknownExpression",
    message: `'${source}' names nothing that is declared. ${advice}`,
    target: options.target,
  };
}

function unsetName(source: string, target: string): Issue {
  return {
    code: "MissingValue",
    message: `'${source}' has no value; set the input, or put the part of the command into $[[ ]].`,
    target,
  };
}

const DISTANCE_MAX = 3;

/** The known name that is fewest edits away, if any is near enough to be a slip of the fingers. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= DISTANCE_MAX)
    .sort((left, right) => left.distance - right.distance);
  return ranked[0]?.candidate;
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
