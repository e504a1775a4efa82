import { isDataType, isPrimitiveType, type ComponentInput } from "@lazuli/contract/jobs/component-spec.ts";
import type { NodeInput } from "@lazuli/contract/jobs/pipeline-node.ts";

import { nearestName } from "../expressions/bind-template.ts";
import type { Issue } from "../issue.ts";
import { checkLiteral } from "./check-literal.ts";
import { findCommandProblems } from "./find-command-problems.ts";
import { findControlProblems } from "./find-control-problems.ts";
import { findReferenceProblems, listKnown } from "./find-reference-problems.ts";
import type { PipelineDefinition, PipelineNode } from "./pipeline-definition.ts";
import { buildGraph, textsOf } from "./pipeline-graph.ts";
import { wholeReference, type Reference } from "./reference.ts";
import { searchedParameters } from "./searched-parameters.ts";

/** Everything that would keep a pipeline from running, found before any of it runs. */
export function findPipelineProblems(definition: PipelineDefinition): readonly Issue[] {
  const issues: Issue[] = [...buildGraph(definition).issues];
  for (const [name, node] of Object.entries(definition.nodes)) {
    if (node.kind === "step") issues.push(...findStepProblems(name, node, definition));
    else issues.push(...findControlProblems(name, node, definition));
  }
  return issues;
}

type Step = PipelineNode & { readonly kind: "step" };

function findStepProblems(name: string, step: Step, definition: PipelineDefinition): Issue[] {
  const target = `properties.jobs.${name}`;
  const given = step.node.inputs ?? {};
  const declared = step.spec.inputs ?? {};
  const fed = listFedInputs(name, definition);
  const issues: Issue[] = [];
  for (const [input, value] of Object.entries(given)) {
    const place = `${target}.inputs.${input}`;
    const spec = declared[input] ?? undefined;
    // Parameters that a sweep searches for are no inputs; neither are members of groups declared one by one.
    if (spec === undefined && Object.keys(declared).length > 0 && !input.includes(".")) {
      issues.push(unknownInput({ step: name, input, place }, Object.keys(declared)));
    }
    issues.push(...findInputProblems({ step: name, input, place, spec, value }, definition));
  }
  const searched = searchedParameters(step.node);
  for (const [input, spec] of Object.entries(declared)) {
    if (spec === null || spec.optional || spec.default != null || fed.has(input) || searched.has(input)) continue;
    if (isSet(given[input]) || spec.type === "group" || hasGroupMember(given, input)) continue;
    const message = `Step '${name}' needs a value for its input '${input}'.`;
    issues.push({ code: "MissingInput", message, target: `${target}.inputs.${input}` });
  }
  return [
    ...issues,
    ...findOutputProblems(name, step, definition),
    ...findFieldProblems(name, step, definition),
    ...findCommandProblems(name, step, fed),
  ];
}

function findInputProblems(
  draft: { step: string; input: string; place: string; spec: ComponentInput | undefined; value: NodeInput },
  definition: PipelineDefinition,
): Issue[] {
  const { spec, place } = draft;
  const texts = textsOf(draft.value);
  const issues = texts.flatMap((text) => findReferenceProblems(text, place, definition));
  if (issues.length > 0 || spec === undefined) return issues;
  const text = literalOf(draft.value);
  const whole = text === undefined ? undefined : wholeReference(text);
  const what = `input '${draft.input}' of step '${draft.step}'`;
  if (whole !== undefined) return checkBinding(whole, { spec, place, what }, definition);
  if (text === undefined || text.includes("${{")) return [];
  const problem = checkLiteral(text, spec);
  return problem === undefined ? [] : [{ code: problem.code, message: `The ${what} ${problem.text}.`, target: place }];
}

/** A literal bound through the pipeline's own input is checked like one that stands there. */
function checkBinding(
  reference: Reference,
  draft: { spec: ComponentInput; place: string; what: string },
  definition: PipelineDefinition,
): Issue[] {
  const source = sourceTypeOf(reference, definition);
  const wanted = draft.spec.type ?? "";
  if (source === undefined || wanted === "") return [];
  const isWrong = isDataType(source) ? isPrimitiveType(wanted) : source === "literal" && isDataType(wanted);
  if (!isWrong) return [];
  const message = `The ${draft.what} is of type '${wanted}', but is bound to ${
    isDataType(source) ? `data of type '${source}'` : "a literal value"
  }.`;
  return [{ code: "TypeMismatch", message, target: draft.place }];
}

/** A type of data, `literal`, or `undefined` where nothing is known. */
function sourceTypeOf(reference: Reference, definition: PipelineDefinition): string | undefined {
  if (reference.kind === "input") {
    const type = definition.inputs[reference.input]?.type ?? "";
    return isDataType(type) ? type : undefined;
  }
  if (reference.kind !== "output") return undefined;
  const node = definition.nodes[reference.node];
  const type = node?.kind === "step" ? (node.spec.outputs?.[reference.output]?.type ?? "") : "";
  return isDataType(type) && type !== "path" ? type : undefined;
}

function findOutputProblems(name: string, step: Step, definition: PipelineDefinition): Issue[] {
  return Object.entries(step.node.outputs ?? {}).flatMap(([output, value]) => {
    const text = typeof value === "string" ? value : (value?.value ?? "");
    return findReferenceProblems(text, `properties.jobs.${name}.outputs.${output}`, definition);
  });
}

function findFieldProblems(name: string, step: Step, definition: PipelineDefinition): Issue[] {
  const compute = step.node.computeId ?? "";
  return compute.includes("${{") ? findReferenceProblems(compute, `properties.jobs.${name}.computeId`, definition) : [];
}

/** Inputs that a loop puts in itself, from its second round on or in every round. */
function listFedInputs(name: string, definition: PipelineDefinition): ReadonlySet<string> {
  const loops = Object.values(definition.nodes).filter((node) => node.kind === "parallelFor");
  const fed = loops.flatMap(({ node }) => {
    const reference = wholeReference(node.body);
    const isOwn = (reference?.kind === "node" ? reference.node : node.body) === name;
    if (!isOwn) return [];
    // What the items hold is known only when the pipeline runs, unless they are written out.
    const items = typeof node.items === "string" ? node.items : JSON.stringify(node.items);
    const step = definition.nodes[name];
    const declared = step?.kind === "step" ? Object.keys(step.spec.inputs ?? {}) : [];
    return items.includes("${{") ? declared : declared.filter((input) => items.includes(`"${input}"`));
  });
  return new Set(fed);
}

function hasGroupMember(given: Readonly<Record<string, unknown>>, group: string): boolean {
  return Object.keys(given).some((name) => name.startsWith(`${group}.`));
}

function isSet(value: NodeInput | undefined): boolean {
  if (value == null) return false;
  return typeof value !== "object" || value.value != null || value.uri != null;
}

function literalOf(value: NodeInput): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== "object") return String(value);
  return value.uri == null && value.value != null ? String(value.value) : undefined;
}

function unknownInput(
  { step, input, place }: { step: string; input: string; place: string },
  known: readonly string[],
): Issue {
  const nearest = nearestName(input, known);
  const advice = nearest === undefined ? listKnown(known) : ` Did you mean '${nearest}'?`;
  return { code: "UnknownInput", message: `Step '${step}' has no input '${input}'.${advice}`, target: place };
}
