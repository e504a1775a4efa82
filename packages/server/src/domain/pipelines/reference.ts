import { listExpressions, parseTemplate, type Template } from "../expressions/template.ts";

/** What an expression of a pipeline points at. Names of inputs may have dots: members of a group. */
export type Reference =
  | { readonly kind: "input"; readonly input: string }
  | { readonly kind: "output"; readonly node: string; readonly output: string }
  | { readonly kind: "nodeInput"; readonly node: string; readonly input: string }
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "parentOutput"; readonly output: string };

/** Understands `parent.inputs.x`, `parent.outputs.x`, `parent.jobs.a`, `parent.jobs.a.outputs.x` and `….inputs.x`. */
export function parseReference(path: readonly string[]): Reference | undefined {
  const [root, area, first, member, ...rest] = path;
  if (root !== "parent" || first === undefined) return undefined;
  if (area === "inputs") return { kind: "input", input: path.slice(2).join(".") };
  if (area === "outputs") return { kind: "parentOutput", output: path.slice(2).join(".") };
  if (area !== "jobs") return undefined;
  if (member === undefined) return { kind: "node", node: first };
  if (rest.length === 0) return undefined;
  if (member === "outputs") return { kind: "output", node: first, output: rest.join(".") };
  return member === "inputs" ? { kind: "nodeInput", node: first, input: rest.join(".") } : undefined;
}

/** A text of a pipeline with its expressions understood; `undefined` stands for one that means nothing. */
export interface BoundText {
  readonly template: Template;
  readonly references: readonly { readonly source: string; readonly reference: Reference | undefined }[];
}

export function parseBoundText(text: string, target: string): BoundText {
  const template = parseTemplate(text, target);
  const references = listExpressions(template.parts).map(({ path, source }) => ({
    source,
    reference: parseReference(path),
  }));
  return { template, references };
}

/** The one thing that a text stands for, when it is nothing but an expression. */
export function wholeReference(text: string): Reference | undefined {
  const { parts } = parseTemplate(text.trim(), "");
  const [only] = parts;
  return parts.length === 1 && only?.kind === "expression" ? parseReference(only.path) : undefined;
}

/** Name of a node, given as `${{parent.jobs.a}}` or bare. */
export function nodeNameOf(text: string): string {
  const reference = wholeReference(text);
  return reference?.kind === "node" ? reference.node : text.trim();
}

/** Name of a node's input or output, given as a binding or bare. */
export function portNameOf(text: string): string {
  const reference = wholeReference(text);
  if (reference?.kind === "output") return reference.output;
  return reference?.kind === "nodeInput" ? reference.input : text.trim();
}
