import type { JobInput } from "@lazuli/contract/jobs/data-binding.ts";

import type { FindSource, Source } from "../../../domain/pipelines/bind-inputs.ts";
import { isArtifactsOutput } from "../../../domain/pipelines/pipeline-definition.ts";
import { roundOf } from "../../../domain/pipelines/pipeline-facts.ts";
import { wholeReference, type Reference } from "../../../domain/pipelines/reference.ts";
import { collectedUri } from "./collect-rounds.ts";
import type { Pipeline, PipelineScene, PipelineView } from "./pipeline-view.ts";

/** Choices may pass on what another choice passes on, never deeper than this. */
const CHOICES_MAX = 32;

/** What the expressions of a pipeline stand for now, from its inputs and from the jobs that have completed. */
export function createFindSource({ pipeline, view, units }: PipelineScene): FindSource {
  const find = (reference: Reference, depth: number): Source | undefined => {
    switch (reference.kind) {
      case "input":
        return findInput(pipeline, view, reference.input);
      case "output":
        return findOutput(reference, depth);
      case "nodeInput": {
        const given = view.recordOf(reference.node)?.inputs[reference.input];
        return given == null ? { kind: "unset" } : fromInput(given);
      }
      case "node":
      case "parentOutput":
        return undefined;
    }
  };
  const findOutput = (reference: Reference & { kind: "output" }, depth: number): Source | undefined => {
    const { node, output } = reference;
    const unit = view.graph.unitOf.get(node);
    const result = units.get(unit ?? node);
    if (unit === undefined) return undefined;
    if (result?.status !== "completed") return { kind: "unset" };
    const owner = view.loaded.definition.nodes[unit];
    if (result.chosenInput !== undefined && owner?.kind === "step" && depth < CHOICES_MAX) {
      const given = owner.node.inputs?.[result.chosenInput];
      const text = typeof given === "object" && given !== null ? given.value : given;
      const chosen = typeof text === "string" ? wholeReference(text) : undefined;
      return chosen === undefined ? { kind: "unset" } : find(chosen, depth + 1);
    }
    if (owner?.kind === "parallelFor")
      return findCollected(pipeline, view, { unit, output, items: result.items ?? [] });
    const instance = owner?.kind === "doWhile" ? roundOf(node, (result.roundCount ?? 1) - 1) : node;
    return outputOfInstance(view, instance, output);
  };
  return (reference) => find(reference, 0);
}

/** Output of a job that has completed; `undefined` for one that nobody declared. */
export function outputOfInstance(view: PipelineView, instance: string, output: string): Source | undefined {
  const record = view.recordOf(instance);
  if (record === undefined) return { kind: "unset" };
  const node = view.loaded.definition.nodes[instance.replace(/#\d+$/, "")];
  const actual = record.outputs[output];
  const value = record.fact.values[output];
  if (value !== undefined) {
    return { kind: "value", text: value, ...(actual !== undefined && { uri: actual.uri }) };
  }
  if (actual !== undefined) return { kind: "data", type: actual.type, uri: actual.uri };
  const isArtifacts = node?.kind === "step" && isArtifactsOutput(node.spec, output);
  if (!isArtifacts) return undefined;
  return { kind: "data", type: "uri_folder", uri: `azureml://jobs/${record.ranAs}/outputs/artifacts` };
}

/** Values of all rounds as a JSON list; data of all rounds as one table. */
function findCollected(
  pipeline: Pipeline,
  view: PipelineView,
  loop: { unit: string; output: string; items: readonly unknown[] },
): Source | undefined {
  const body = view.graph.units.find(({ name }) => name === loop.unit)?.body ?? "";
  const rounds = loop.items.map((_, index) => outputOfInstance(view, roundOf(body, index), loop.output));
  if (rounds.every((round) => round?.kind === "value")) {
    return { kind: "value", text: JSON.stringify(rounds.map((round) => (round?.kind === "value" ? round.text : ""))) };
  }
  return { kind: "data", type: "mltable", uri: collectedUri(pipeline, loop.unit, loop.output) };
}

function findInput(pipeline: Pipeline, view: PipelineView, name: string): Source | undefined {
  const given = pipeline.properties.inputs?.[name];
  if (given != null) return fromInput(given);
  const declared = view.loaded.definition.inputs[name];
  if (declared === undefined) return given === null ? { kind: "unset" } : undefined;
  return declared.default == null ? { kind: "unset" } : { kind: "value", text: String(declared.default) };
}

function fromInput(input: JobInput): Source {
  if (input.jobInputType === "literal") {
    return input.value == null ? { kind: "unset" } : { kind: "value", text: String(input.value) };
  }
  return { kind: "data", type: input.jobInputType, uri: input.uri ?? "", mode: input.mode };
}
