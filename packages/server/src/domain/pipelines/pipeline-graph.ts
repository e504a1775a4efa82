import type { NodeInput } from "@lazuli/contract/jobs/pipeline-node.ts";

import type { Issue } from "../issue.ts";
import { isChooser, type PipelineDefinition, type PipelineNode } from "./pipeline-definition.ts";
import { nodeNameOf, parseBoundText, wholeReference, type Reference } from "./reference.ts";
import { sortNodes } from "./sort-nodes.ts";

/** A node that has to end before another one begins. */
export interface Dependency {
  readonly node: string;
  /** The input stays unset when the other one did not complete. */
  readonly isOptional: boolean;
}

/** What is decided about as a whole: a step, a decision, or a loop together with its body. */
export interface GraphUnit {
  readonly name: string;
  readonly kind: "step" | "choose" | "ifElse" | "doWhile" | "parallelFor";
  /** Of a loop: the step that it repeats. */
  readonly body: string | undefined;
  readonly dependencies: readonly Dependency[];
  /** Decision whose answer lets the unit run. */
  readonly gates: readonly { readonly node: string; readonly branch: boolean }[];
}

export interface PipelineGraph {
  readonly definition: PipelineDefinition;
  /** In an order in which every unit comes after those that it depends on. */
  readonly units: readonly GraphUnit[];
  /** The unit that decides about a node: the loop for its body, otherwise the node itself. */
  readonly unitOf: ReadonlyMap<string, string>;
}

/** Joins the nodes by what they refer to. References to nodes that do not exist are left to `findPipelineProblems`. */
export function buildGraph(definition: PipelineDefinition): { graph: PipelineGraph; issues: readonly Issue[] } {
  const names = Object.keys(definition.nodes);
  const unitOf = new Map(names.map((name) => [name, name]));
  for (const [name, node] of Object.entries(definition.nodes)) {
    const body = bodyOf(node);
    if (body !== undefined && unitOf.has(body)) unitOf.set(body, name);
  }
  const gates = listGates(definition, unitOf);
  const units = names
    .filter((name) => unitOf.get(name) === name)
    .flatMap((name) => {
      const node = definition.nodes[name];
      return node === undefined ? [] : [toUnit({ name, node, definition, unitOf, gates: gates.get(name) ?? [] })];
    });
  const { sorted, cycle } = sortNodes(units, (unit) => [
    ...unit.dependencies.map((one) => one.node),
    ...unit.gates.map((one) => one.node),
  ]);
  return { graph: { definition, units: sorted, unitOf }, issues: cycle.length === 0 ? [] : [cycleIssue(cycle)] };
}

/** Name of the step that a loop repeats. */
export function bodyOf(node: PipelineNode): string | undefined {
  return node.kind === "doWhile" || node.kind === "parallelFor" ? nodeNameOf(node.node.body) : undefined;
}

/** Texts of an input that may hold expressions. */
export function textsOf(input: NodeInput): readonly string[] {
  if (typeof input === "string") return [input];
  if (typeof input !== "object" || input === null) return [];
  return [input.value, input.uri].filter((text) => typeof text === "string");
}

interface Draft {
  readonly name: string;
  readonly node: PipelineNode;
  readonly definition: PipelineDefinition;
  readonly unitOf: ReadonlyMap<string, string>;
  readonly gates: GraphUnit["gates"];
}

function toUnit(draft: Draft): GraphUnit {
  const { name, node, definition, gates } = draft;
  const body = bodyOf(node);
  const bodyNode = body === undefined ? undefined : definition.nodes[body];
  const found = new Map<string, boolean>();
  for (const { reference, isOptional } of [...listReferences(node), ...(bodyNode ? listReferences(bodyNode) : [])]) {
    const target = targetOf(reference, draft.unitOf);
    if (target === undefined || target === name) continue;
    found.set(target, (found.get(target) ?? true) && isOptional);
  }
  const dependencies = [...found].map(([target, isOptional]) => ({ node: target, isOptional }));
  const isChoice = node.kind === "step" && isChooser(node.spec);
  return { name, kind: isChoice ? "choose" : node.kind, body, dependencies, gates };
}

function targetOf(reference: Reference, unitOf: ReadonlyMap<string, string>): string | undefined {
  return "node" in reference ? unitOf.get(reference.node) : undefined;
}

/** Everything that has to be known before a node can run. */
function listReferences(node: PipelineNode): { reference: Reference; isOptional: boolean }[] {
  switch (node.kind) {
    case "step":
      return Object.entries(node.node.inputs ?? {}).flatMap(([name, input]) => {
        const isOptional = node.spec.inputs?.[name]?.optional === true;
        return textsOf(input).flatMap((text) => referencesIn(text).map((reference) => ({ reference, isOptional })));
      });
    case "ifElse":
      return required(typeof node.node.condition === "string" ? [node.node.condition] : []);
    case "doWhile":
      return [];
    case "parallelFor":
      return required([typeof node.node.items === "string" ? node.node.items : JSON.stringify(node.node.items)]);
  }
}

function required(texts: readonly string[]): { reference: Reference; isOptional: boolean }[] {
  return texts.flatMap(referencesIn).map((reference) => ({ reference, isOptional: false }));
}

function referencesIn(text: string): Reference[] {
  return parseBoundText(text, "").references.flatMap(({ reference }) => (reference === undefined ? [] : [reference]));
}

function listGates(definition: PipelineDefinition, unitOf: ReadonlyMap<string, string>) {
  const gates = new Map<string, { node: string; branch: boolean }[]>();
  for (const [name, node] of Object.entries(definition.nodes)) {
    if (node.kind !== "ifElse") continue;
    for (const branch of [true, false]) {
      for (const block of listBlocks(branch ? node.node.true_block : node.node.false_block)) {
        const unit = unitOf.get(block) ?? block;
        gates.set(unit, [...(gates.get(unit) ?? []), { node: name, branch }]);
      }
    }
  }
  return gates;
}

/** Names of the nodes of a block. */
export function listBlocks(block: string | readonly string[] | null | undefined): readonly string[] {
  if (block == null) return [];
  return (typeof block === "string" ? [block] : block).map((text) => {
    const reference = wholeReference(text);
    return reference?.kind === "node" ? reference.node : text.trim();
  });
}

function cycleIssue(cycle: readonly string[]): Issue {
  const path = [...cycle, cycle[0] ?? ""].map((name) => `'${name}'`).join(" → ");
  return {
    code: "Cycle",
    message: `Steps wait for each other: ${path}. Take one of the bindings out.`,
    target: `properties.jobs.${cycle[0] ?? ""}`,
  };
}
