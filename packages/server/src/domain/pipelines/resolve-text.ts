import { bindTemplate, type Binding } from "../expressions/bind-template.ts";
import { parseTemplate } from "../expressions/template.ts";
import { roundOf } from "./pipeline-facts.ts";
import { parseReference, type Reference } from "./reference.ts";
import type { UnitWorld } from "./unit-result.ts";

/** Fills in values of inputs and of outputs; `undefined` when one of them is not known. */
export function resolveText(text: string, world: UnitWorld): string | undefined {
  const lookup = (path: readonly string[]): Binding | undefined => {
    const value = valueOf(parseReference(path), world);
    return value === undefined ? undefined : { kind: "value", text: value };
  };
  const bound = bindTemplate(parseTemplate(text, ""), lookup, { target: "", known: [] });
  return bound.issues.length > 0 ? undefined : bound.text;
}

function valueOf(reference: Reference | undefined, world: UnitWorld): string | undefined {
  if (reference?.kind === "input") return world.literals[reference.input];
  if (reference?.kind !== "output") return undefined;
  const unit = world.graph.unitOf.get(reference.node) ?? reference.node;
  const node = world.graph.definition.nodes[unit];
  if (node?.kind === "parallelFor") return collectValues(unit, reference.output, world);
  const result = world.units.get(unit);
  const instance = node?.kind === "doWhile" ? roundOf(reference.node, (result?.roundCount ?? 1) - 1) : reference.node;
  return world.childOf(instance)?.values[reference.output];
}

/** Values of all rounds as a JSON list of texts. */
function collectValues(unit: string, output: string, world: UnitWorld): string | undefined {
  const items = world.units.get(unit)?.items;
  const body = world.graph.units.find(({ name }) => name === unit)?.body;
  if (items === undefined || body === undefined) return undefined;
  return JSON.stringify(items.map((_, index) => world.childOf(roundOf(body, index))?.values[output] ?? null));
}
