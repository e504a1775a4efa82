import { PlatformError } from "@lazuli/contract/errors.ts";
import { stepNodeSchema, type StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

import { bindInputs, type FindSource, type GivenInput } from "../../../domain/pipelines/bind-inputs.ts";
import { parseInstance, roundOf } from "../../../domain/pipelines/pipeline-facts.ts";
import { parseReference, portNameOf } from "../../../domain/pipelines/reference.ts";
import { searchedParameters } from "../../../domain/pipelines/searched-parameters.ts";
import { bindTemplate, type Binding } from "../../../domain/expressions/bind-template.ts";
import { parseTemplate } from "../../../domain/expressions/template.ts";
import { createFindSource, outputOfInstance } from "./find-source.ts";
import type { PipelineScene } from "./pipeline-view.ts";
import { stepOutputs } from "./step-outputs.ts";
import type { BoundStep } from "./step-properties.ts";

/** Deepest object whose texts are looked through for expressions. */
const DEPTH_MAX = 8;

/** Fills in everything that a step, or one round of a loop, refers to. Throws `BadRequest` for what has no value. */
export function bindStep(scene: PipelineScene, instance: string): BoundStep {
  const { pipeline, view } = scene;
  const { node: name, round } = parseInstance(instance);
  const step = view.loaded.definition.nodes[name];
  if (step?.kind !== "step") throw new PlatformError("BadRequest", `Step '${name}' does not exist.`);
  const find = createFindSource(scene);
  const given = { ...step.node.inputs, ...(round !== undefined && inputsOfRound(scene, { name, round })) };
  const { inputs, issues } = bindInputs(
    { name, spec: step.spec, given, searched: searchedParameters(step.node) },
    find,
  );
  if (issues.length > 0) {
    throw new PlatformError("BadRequest", issues.map(({ message }) => message).join(" "), {
      details: issues.map((issue) => ({ ...issue })),
    });
  }
  const { inputs: _inputs, outputs: _outputs, ...fields } = step.node;
  const node: StepNode = stepNodeSchema.parse(fillTexts(fields, find, 0));
  const componentId = view.loaded.componentIds[name] ?? "";
  const outputs = stepOutputs(pipeline, step, view.nameOf(instance));
  return {
    instance,
    name,
    node: { ...node, outputs: step.node.outputs },
    spec: step.spec,
    componentId,
    inputs,
    outputs,
  };
}

/** What a loop puts in the place of its body's inputs. */
function inputsOfRound(
  { view, units }: PipelineScene,
  { name, round }: { name: string; round: number },
): Readonly<Record<string, GivenInput>> {
  const loopName = view.graph.unitOf.get(name) ?? name;
  const loop = view.loaded.definition.nodes[loopName];
  if (loop?.kind === "parallelFor") return units.get(loopName)?.items?.[round]?.inputs ?? {};
  if (loop?.kind !== "doWhile" || round === 0) return {};
  const fed = Object.entries(loop.node.mapping ?? {}).flatMap(([output, inputs]) => {
    const source = outputOfInstance(view, roundOf(name, round - 1), portNameOf(output));
    const targets = typeof inputs === "string" ? [inputs] : inputs;
    return source === undefined ? [] : targets.map((input) => [portNameOf(input), { source }] as const);
  });
  return Object.fromEntries(fed);
}

/** Fills in expressions wherever a step has texts, as in its compute or its limits; others are for its command. */
function fillTexts(value: unknown, find: FindSource, depth: number): unknown {
  if (typeof value === "string") return fillText(value, find);
  if (typeof value !== "object" || value === null || depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((item) => fillTexts(item, find, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillTexts(item, find, depth + 1)]));
}

function fillText(text: string, find: FindSource): string {
  if (!text.includes("${{")) return text;
  const lookup = (path: readonly string[]): Binding | undefined => {
    const reference = parseReference(path);
    if (reference === undefined) return { kind: "later" };
    const source = find(reference);
    return source?.kind === "value" ? { kind: "value", text: source.text } : { kind: "unset" };
  };
  const { parts } = parseTemplate(text, "");
  // Optional parts and the command's own expressions belong to the command.
  if (parts.some(({ kind }) => kind === "optional")) return text;
  return bindTemplate({ parts, issues: [] }, lookup, { target: "", known: [] }).text;
}
