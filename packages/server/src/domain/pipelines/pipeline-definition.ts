import type { ComponentInput, ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import type { DoWhileNode, IfElseNode, ParallelForNode, StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

/** A node as its author wrote it, told apart by what it does. */
export type PipelineNode =
  | { readonly kind: "step"; readonly node: StepNode; readonly spec: ComponentSpec }
  | { readonly kind: "ifElse"; readonly node: IfElseNode }
  | { readonly kind: "doWhile"; readonly node: DoWhileNode }
  | { readonly kind: "parallelFor"; readonly node: ParallelForNode };

/** Everything that a pipeline says, its components at hand. */
export interface PipelineDefinition {
  /** Declared inputs; those of a job without a component say nothing but whether they are data. */
  readonly inputs: Readonly<Record<string, ComponentInput>>;
  readonly outputs: readonly string[];
  readonly nodes: Readonly<Record<string, PipelineNode>>;
}

/** Output that stands for everything a step left in its folders `outputs` and `logs`. */
export const ARTIFACTS_OUTPUTS: readonly string[] = ["artifacts", "default"];

/** Whether an output of a step is its whole folder of artifacts: its command writes no output of that name itself. */
export function isArtifactsOutput(spec: ComponentSpec, output: string): boolean {
  if (!ARTIFACTS_OUTPUTS.includes(output)) return false;
  return spec.type !== "pipeline" && !(spec.command ?? "").includes(`outputs.${output}`);
}

/** Passes one of its inputs on instead of running anything: what `dsl.condition_output` makes. */
export function isChooser(spec: ComponentSpec): boolean {
  return spec.tags?.["codegenBy"] === "dsl.condition_output" || spec.name === "dsl_condition_output";
}
