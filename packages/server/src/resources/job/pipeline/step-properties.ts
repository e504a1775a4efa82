import { PlatformError } from "@lazuli/contract/errors.ts";
import type { JobInput, JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import type { PipelineNode } from "../../../domain/pipelines/pipeline-definition.ts";
import { commandStepFields } from "../../../domain/steps/command-step.ts";
import { copyModeOf, copyStepFields } from "../../../domain/steps/copy-step.ts";
import { parallelStepFields } from "../../../domain/steps/parallel-step.ts";
import { identityOf, presentFields } from "../../../domain/steps/shared-fields.ts";
import { sparkStepFields } from "../../../domain/steps/spark-step.ts";
import { sweepStepFields } from "../../../domain/steps/sweep-step.ts";
import { workspaceOf } from "../job-run.ts";
import { NODE_PROPERTY } from "./learn-children.ts";
import type { Pipeline } from "./pipeline-view.ts";

/** A step with everything that its job needs known. */
export interface BoundStep {
  readonly instance: string;
  readonly name: string;
  /** With the bindings in its fields filled in. */
  readonly node: StepNode;
  readonly spec: (PipelineNode & { kind: "step" })["spec"];
  readonly componentId: string;
  readonly inputs: Readonly<Record<string, JobInput | null>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
}

/** Types of step that are carried out. */
export const STEP_TYPES = ["command", "sweep", "pipeline", "parallel", "spark", "data_transfer"] as const;

/** Type of a step: that of its component, but for sweeps, which run a command component many times. */
export function stepTypeOf(node: StepNode, spec: { readonly type: string }): string {
  return node.type === "sweep" ? "sweep" : spec.type.replace(/component$/i, "").toLowerCase();
}

/** Properties of the job that carries out a step. Throws `Unsupported` for types of step that nothing carries out. */
export function stepProperties(pipeline: Pipeline, step: BoundStep): Record<string, unknown> {
  const { node, spec } = step;
  return {
    ...presentFields({
      displayName: node.display_name ?? step.name,
      description: node.description ?? spec.description,
      experimentName: pipeline.properties.experimentName,
      tags: textMap(node.tags ?? {}),
      properties: {
        ...textMap(node.properties ?? {}),
        "azureml.runsource": "azureml.StepRun",
        [NODE_PROPERTY]: step.instance,
        "azureml.moduleName": spec.display_name ?? spec.name ?? step.name,
        "azureml.pipelinerunid": pipeline.name,
        "azureml.rootpipelinerunid": pipeline.state.rootJobName ?? pipeline.name,
      },
      computeId: computeOf(pipeline, node),
      componentId: step.componentId,
      identity: identityOf(node) ?? pipeline.properties.identity,
      inputs: step.inputs,
      outputs: step.outputs,
    }),
    ...kindFields(pipeline, step),
  };
}

function kindFields(pipeline: Pipeline, step: BoundStep): Record<string, unknown> {
  const { node, spec } = step;
  switch (stepTypeOf(node, spec)) {
    case "command":
      return { jobType: "Command", ...commandStepFields(spec, node) };
    case "sweep":
      return { jobType: "Sweep", ...sweepStepFields(spec, node) };
    case "pipeline":
      return { jobType: "Pipeline", settings: { ...pipeline.properties.settings, ...nodeSettings(node) } };
    case "parallel":
      return {
        jobType: "Parallel",
        ...presentFields({ environmentVariables: node.environment_variables, resources: resourcesOf(node, spec) }),
        ...parallelStepFields(spec, node),
      };
    case "spark":
      return { jobType: "Spark", ...sparkStepFields(spec, node) };
    case "data_transfer":
      return { jobType: "Command", ...copyFields(step) };
    default:
      throw new PlatformError("Unsupported", `Step '${step.name}' is of type '${spec.type}', which nothing here runs.`);
  }
}

function resourcesOf(node: StepNode, spec: BoundStep["spec"]): Record<string, unknown> | undefined {
  const fields = commandStepFields(spec, node)["resources"];
  return typeof fields === "object" && fields !== null ? { ...fields } : undefined;
}

function nodeSettings(node: StepNode): Record<string, unknown> {
  const { settings } = node;
  const own = typeof settings === "object" && settings !== null ? { ...settings } : {};
  return { ...own, ...(node.computeId != null && { default_compute: node.computeId }) };
}

function copyFields(step: BoundStep): Record<string, unknown> {
  const mode = copyModeOf(step.spec, step.node);
  const [output] = Object.entries(step.outputs);
  const inputs = Object.entries(step.inputs).flatMap(([name, input]) =>
    input === null || input.jobInputType === "literal" ? [] : [name],
  );
  const isCopy = ["copy_data", "undefined"].includes(String(step.node["task"] ?? step.spec["task"]));
  if (!isCopy) {
    throw new PlatformError(
      "Unsupported",
      `Step '${step.name}' moves data to or from a database or another cloud, which arrives in a later release; copies between datastores run.`,
    );
  }
  if (output === undefined || inputs.length === 0) {
    throw new PlatformError("BadRequest", `Step '${step.name}' needs data inputs to copy and one output to copy into.`);
  }
  if (mode !== "merge_with_overwrite" && mode !== "fail_if_conflict") {
    throw new PlatformError(
      "BadRequest",
      `Step '${step.name}' has the copy mode '${mode}'; use 'merge_with_overwrite' or 'fail_if_conflict'.`,
    );
  }
  return copyStepFields({ inputs, output: output[0], isFile: output[1].jobOutputType === "uri_file" }, mode);
}

/** A step's own compute, else the default of the pipeline: an id, also where only a name was given. */
export function computeOf(pipeline: Pick<Pipeline, "id" | "properties">, node: StepNode): string | undefined {
  const { settings, computeId } = pipeline.properties;
  const given = node.computeId ?? settings?.default_compute ?? computeId;
  if (given == null || given === "") return undefined;
  const name = given.replace(/^azureml:(?=[^/])/, "");
  const isPlain = name.includes("/") || name === "serverless" || name === "local";
  return isPlain ? name.replace(/^azureml:(?=\/)/, "") : childId(workspaceOf(pipeline), "computes", name);
}

function textMap(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value ?? "")]));
}
