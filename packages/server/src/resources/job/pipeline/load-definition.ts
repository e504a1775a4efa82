import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import type { ComponentInput } from "@lazuli/contract/jobs/component-spec.ts";
import type { PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";
import {
  doWhileNodeSchema,
  ifElseNodeSchema,
  parallelForNodeSchema,
  stepNodeSchema,
  type StepNode,
} from "@lazuli/contract/jobs/pipeline-node.ts";
import type { z } from "zod";

import type { PipelineDefinition, PipelineNode } from "../../../domain/pipelines/pipeline-definition.ts";
import { loadComponent, type Component } from "./load-component.ts";
import type { AssetFinder } from "../../../engine/data/asset-finder.ts";

/** A definition with the components that it is made of, and what is wrong with them. */
export interface LoadedDefinition {
  readonly definition: PipelineDefinition;
  /** Ids of the components' versions by node. */
  readonly componentIds: Readonly<Record<string, string>>;
  /** Types of the outputs that the pipeline's component declares; none of a job that is made of steps itself. */
  readonly outputTypes: Readonly<Record<string, string | undefined>>;
  readonly problems: readonly ErrorDetail[];
}

interface LoadOptions {
  readonly workspaceId: string;
  readonly assets: AssetFinder;
}

type Jobs = NonNullable<PipelineJob["jobs"]>;

/** What a pipeline job says, with the components of its nodes: its own `jobs`, or those of its component. */
export async function loadDefinition(job: PipelineJob, options: LoadOptions): Promise<LoadedDefinition> {
  const problems: ErrorDetail[] = [];
  const own = job.jobs ?? {};
  const isByComponent = job.componentId != null && Object.keys(own).length === 0;
  const component = isByComponent
    ? await orProblem(loadComponent(job.componentId ?? "", options), "properties.componentId", problems)
    : undefined;
  const jobs = component === undefined ? own : (component.spec.jobs ?? {});
  const inputs = component === undefined ? inputsOfJob(job) : flattenInputs(component.spec.inputs ?? {});
  const outputs = Object.keys((component === undefined ? job.outputs : component.spec.outputs) ?? {});
  const { nodes, componentIds } = await loadNodes(jobs, options, problems);
  const declared = Object.entries(component?.spec.outputs ?? {}).map(([name, output]) => [
    name,
    output?.type ?? undefined,
  ]);
  return {
    definition: { inputs, outputs, nodes },
    componentIds,
    outputTypes: Object.fromEntries(declared),
    problems,
  };
}

async function loadNodes(jobs: Jobs, options: LoadOptions, problems: ErrorDetail[]) {
  const known = new Map<string, Promise<Component | undefined>>();
  const componentIds: Record<string, string> = {};
  const loaded = await Promise.all(
    Object.entries(jobs).map(async ([name, raw]): Promise<[string, PipelineNode] | undefined> => {
      const target = `properties.jobs.${name}`;
      const control = parseControl(raw, target, problems);
      if (control !== undefined) return control === "invalid" ? undefined : [name, control];
      const node = parseNode(stepNodeSchema, { raw, target }, problems);
      if (node === undefined) return undefined;
      const reference = componentOf(node);
      if (reference === undefined) {
        problems.push(withoutComponent(name, node, target));
        return undefined;
      }
      const loading = known.get(reference) ?? orProblem(loadComponent(reference, options), target, problems);
      known.set(reference, loading);
      const component = await loading;
      if (component === undefined) return undefined;
      componentIds[name] = component.id;
      return [name, { kind: "step", node, spec: component.spec }];
    }),
  );
  return { nodes: Object.fromEntries(loaded.filter((entry) => entry !== undefined)), componentIds };
}

/** Reference to the component of a node; a sweep has that of its trials. */
export function componentOf(node: StepNode): string | undefined {
  const trial = typeof node.trial === "string" ? node.trial : node.trial?.componentId;
  return node.componentId ?? trial ?? undefined;
}

function parseControl(
  raw: Jobs[string],
  target: string,
  problems: ErrorDetail[],
): PipelineNode | "invalid" | undefined {
  switch (raw.type) {
    case "if_else": {
      const node = parseNode(ifElseNodeSchema, { raw, target }, problems);
      return node === undefined ? "invalid" : { kind: "ifElse", node };
    }
    case "do_while": {
      const node = parseNode(doWhileNodeSchema, { raw, target }, problems);
      return node === undefined ? "invalid" : { kind: "doWhile", node };
    }
    case "parallel_for": {
      const node = parseNode(parallelForNodeSchema, { raw, target }, problems);
      return node === undefined ? "invalid" : { kind: "parallelFor", node };
    }
    default:
      return undefined;
  }
}

function parseNode<Node>(
  schema: z.ZodType<Node>,
  { raw, target }: { readonly raw: unknown; readonly target: string },
  problems: ErrorDetail[],
): Node | undefined {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const place = [target, ...issue.path].join(".");
    problems.push({ code: "InvalidProperty", message: `'${place}' is not valid: ${issue.message}.`, target: place });
  }
  return undefined;
}

function withoutComponent(name: string, node: StepNode, target: string): ErrorDetail {
  if (node.type === "automl") {
    const message = `Step '${name}' is of type 'automl', which arrives in a later release.`;
    return { code: "Unsupported", message, target };
  }
  return { code: "MissingComponent", message: `Step '${name}' names no component; set its 'componentId'.`, target };
}

/** A job's own inputs are declared by being given. */
function inputsOfJob(job: PipelineJob): Record<string, ComponentInput> {
  const entries = Object.entries(job.inputs ?? {}).map(([name, input]) => {
    const type = input == null || input.jobInputType === "literal" ? undefined : input.jobInputType;
    return [name, { ...(type !== undefined && { type }), optional: input == null }] as const;
  });
  return Object.fromEntries(entries);
}

/** Members of groups stand beside the other inputs, as `group.member`. */
function flattenInputs(inputs: Readonly<Record<string, ComponentInput | null>>): Record<string, ComponentInput> {
  const entries = Object.entries(inputs).flatMap(([name, input]) => {
    if (input === null) return [];
    const values = input.type === "group" && typeof input["values"] === "object" ? input["values"] : undefined;
    if (values == null) return [[name, input] as const];
    return Object.entries(values).map(([member, value]) => [`${name}.${member}`, groupMember(value)] as const);
  });
  return Object.fromEntries(entries);
}

function groupMember(value: unknown): ComponentInput {
  const type = typeof value === "object" && value !== null && "type" in value ? String(value.type) : undefined;
  const given = typeof value === "object" && value !== null && "default" in value ? value.default : undefined;
  const isPlain = typeof given === "string" || typeof given === "number" || typeof given === "boolean";
  return { ...(type !== undefined && { type }), optional: true, ...(isPlain && { default: given }) };
}

async function orProblem<Value>(
  promise: Promise<Value>,
  target: string,
  problems: ErrorDetail[],
): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
    problems.push({
      code: error.code,
      message: error.message,
      target: `${target}.componentId`.replace(/(\.componentId)+$/, ".componentId"),
    });
    return undefined;
  }
}
