import { isDataType } from "@lazuli/contract/jobs/component-spec.ts";
import { DATA_BINDING_TYPES, type JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import type { PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";
import type { NodeOutput } from "@lazuli/contract/jobs/pipeline-node.ts";

import { parseOutputMode } from "../../../domain/pipelines/data-modes.ts";
import { isArtifactsOutput, type PipelineNode } from "../../../domain/pipelines/pipeline-definition.ts";
import { wholeReference } from "../../../domain/pipelines/reference.ts";
import { defaultDatastoreOf } from "./pipeline-settings.ts";
import type { Pipeline } from "./pipeline-view.ts";

type StepOfPipeline = PipelineNode & { readonly kind: "step" };

/** Outputs of a step's job: what the component declares, as the step and the pipeline's bound outputs want it. */
export function stepOutputs(
  pipeline: Pick<Pipeline, "name" | "properties">,
  step: StepOfPipeline,
  childName: string,
): Record<string, JobOutput> {
  const { node, spec } = step;
  const names = new Set([...Object.keys(spec.outputs ?? {}), ...Object.keys(node.outputs ?? {})]);
  const entries = [...names]
    .filter((name) => !isArtifactsOutput(spec, name))
    .map((name) => [name, stepOutput(pipeline, step, { name, childName })] as const);
  return Object.fromEntries(entries);
}

function stepOutput(
  pipeline: Pick<Pipeline, "name" | "properties">,
  { node, spec }: StepOfPipeline,
  output: { readonly name: string; readonly childName: string },
): JobOutput {
  const own = fieldsOf(node.outputs?.[output.name]);
  const declared = spec.outputs?.[output.name] ?? undefined;
  const outer = own.boundTo === undefined ? undefined : pipeline.properties.outputs?.[own.boundTo];
  const jobOutputType = outputTypeOf(declared?.type ?? own.type ?? outer?.jobOutputType);
  const mode = [own.mode, outer?.mode, declared?.mode].flatMap((text) =>
    text == null ? [] : (parseOutputMode(text) ?? []),
  )[0];
  const outerUri = outer?.uri == null ? undefined : placeOf(outer.uri, pipeline, own.boundTo ?? output.name);
  const uri = own.uri ?? outerUri ?? defaultPlace(pipeline.properties, spec.type, { ...output, jobOutputType });
  const assetName = own.assetName ?? outer?.assetName;
  const assetVersion = own.assetVersion ?? outer?.assetVersion;
  const description = outer?.description ?? declared?.description;
  return {
    jobOutputType,
    ...(mode !== undefined && { mode }),
    ...(uri !== undefined && { uri: withDatastore(uri, pipeline.properties) }),
    ...(assetName != null && { assetName }),
    ...(assetVersion != null && { assetVersion }),
    ...(description != null && { description }),
  };
}

interface OutputFields {
  readonly boundTo?: string;
  readonly type?: string | undefined;
  readonly uri?: string | undefined;
  readonly mode?: string | undefined;
  readonly assetName?: string | undefined;
  readonly assetVersion?: string | undefined;
}

function fieldsOf(output: NodeOutput | undefined): OutputFields {
  if (output == null) return {};
  if (typeof output === "string") return bound(output);
  const { value, job_output_type: type, mode, uri, path, name, version } = output;
  return {
    ...bound(value ?? ""),
    type: type ?? undefined,
    mode: mode ?? undefined,
    uri: uri ?? path ?? undefined,
    assetName: name ?? undefined,
    assetVersion: version == null ? undefined : String(version),
  };
}

/** Pipeline output that a step's output is bound to. */
export function outerOutputOf(output: NodeOutput | undefined): string | undefined {
  return fieldsOf(output).boundTo;
}

function bound(text: string): Pick<OutputFields, "boundTo"> {
  const reference = wholeReference(text);
  return reference?.kind === "parentOutput" ? { boundTo: reference.output } : {};
}

/** A step leaves one value as a file. */
export function outputTypeOf(type: string | null | undefined): JobOutput["jobOutputType"] {
  if (type != null && !isDataType(type)) return "uri_file";
  return DATA_BINDING_TYPES.find((known) => known === type) ?? "uri_folder";
}

/** In the place of a pipeline's output its names are the pipeline's. */
function placeOf(uri: string, pipeline: Pick<Pipeline, "name" | "properties">, output: string): string {
  return uri
    .replace(/\$\{\{\s*name\s*\}\}/g, pipeline.name)
    .replace(/\$\{\{\s*output_name\s*\}\}/g, output)
    .replace(/\$\{\{\s*experiment_name\s*\}\}/g, pipeline.properties.experimentName ?? "Default");
}

function withDatastore(uri: string, job: PipelineJob): string {
  const datastore = defaultDatastoreOf(job);
  return datastore === undefined ? uri : uri.replace(/\$\{\{\s*default_datastore\s*\}\}/g, datastore);
}

function defaultPlace(
  job: PipelineJob,
  componentType: string,
  output: { readonly name: string; readonly childName: string; readonly jobOutputType: JobOutput["jobOutputType"] },
): string | undefined {
  const datastore = defaultDatastoreOf(job);
  // A nested pipeline hands the setting on to its own steps.
  if (datastore === undefined || componentType === "pipeline") return undefined;
  const end = output.jobOutputType === "uri_file" ? "" : "/";
  return `azureml://datastores/${datastore}/paths/azureml/${output.childName}/${output.name}${end}`;
}
