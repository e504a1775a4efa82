import { componentSpecSchema } from "@lazuli/contract/jobs/component-spec.ts";
import {
  doWhileNodeSchema,
  ifElseNodeSchema,
  parallelForNodeSchema,
  stepNodeSchema,
} from "@lazuli/contract/jobs/pipeline-node.ts";

import type { PipelineDefinition, PipelineNode } from "./pipeline-definition.ts";

/** A step of a test, with a component that takes `inputs` and leaves `outputs`, all of them values unless said. */
export function step(
  inputs: Readonly<Record<string, unknown>> = {},
  spec: Readonly<Record<string, unknown>> = {},
): PipelineNode {
  const declared = Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: "string" }]));
  return {
    kind: "step",
    node: stepNodeSchema.parse({ type: "command", componentId: "c", inputs }),
    spec: componentSpecSchema.parse({
      type: "command",
      command: "true",
      inputs: declared,
      outputs: { out: { type: "string" } },
      ...spec,
    }),
  };
}

export function control(node: Readonly<Record<string, unknown>>): PipelineNode {
  if (node["type"] === "if_else") return { kind: "ifElse", node: ifElseNodeSchema.parse(node) };
  if (node["type"] === "do_while") return { kind: "doWhile", node: doWhileNodeSchema.parse(node) };
  return { kind: "parallelFor", node: parallelForNodeSchema.parse(node) };
}

export function definition(
  nodes: Readonly<Record<string, PipelineNode>>,
  more: Partial<PipelineDefinition> = {},
): PipelineDefinition {
  return { inputs: {}, outputs: [], nodes, ...more };
}

/** `${{parent.jobs.a.outputs.out}}` */
export function out(node: string, output = "out"): string {
  return `\${{parent.jobs.${node}.outputs.${output}}}`;
}
