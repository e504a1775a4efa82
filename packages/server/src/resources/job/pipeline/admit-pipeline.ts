import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import type { PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";

import { findPipelineProblems } from "../../../domain/pipelines/find-pipeline-problems.ts";
import { checkLiteral } from "../../../domain/pipelines/check-literal.ts";
import { bindTemplate } from "../../../domain/expressions/bind-template.ts";
import { parseTemplate } from "../../../domain/expressions/template.ts";
import type { PipelineDefinition } from "../../../domain/pipelines/pipeline-definition.ts";
import { wholeReference } from "../../../domain/pipelines/reference.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { IMPLIED_COMPUTES } from "../../../engine/placement/pool-config.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { KindAdmission, KindDraft } from "../job-kind.ts";
import { findEnvironmentProblems } from "./find-environment-problems.ts";
import { loadDefinition, type LoadedDefinition } from "./load-definition.ts";
import { outputTypeOf } from "./step-outputs.ts";
import { computeOf, STEP_TYPES, stepTypeOf } from "./step-properties.ts";

/** Pipelines within pipelines, no deeper than this. */
const DEPTH_MAX = 8;
/** Steps of one pipeline. */
export const STEPS_MAX = 10_000;

/** Finds everything that is wrong with a pipeline, down to the pipelines within it, and settles its components' versions. */
export async function admitPipeline(
  draft: KindDraft<PipelineJob>,
  context: ResourceContext,
  deps: JobDependencies,
): Promise<KindAdmission<PipelineJob>> {
  const { job } = draft;
  const loaded = await loadDefinition(job, { workspaceId: draft.workspaceId, assets: deps.assets });
  const problems = [
    ...(await findProblems(draft, loaded, { deps, depth: 0 })),
    ...findInputProblems(job, loaded.definition),
    ...(await findComputeProblems(draft, loaded.definition, context)),
  ];
  const jobs = Object.entries(job.jobs ?? {}).map(([name, node]) => {
    const id = loaded.componentIds[name];
    return [name, id === undefined || node["componentId"] == null ? node : { ...node, componentId: id }] as const;
  });
  const outputs = { ...declaredOutputs(loaded), ...job.outputs };
  return { job: { ...job, jobs: Object.fromEntries(jobs), outputs }, problems };
}

/** A pipeline that is a component has the component's outputs, whether or not its caller names them. */
function declaredOutputs({ outputTypes }: LoadedDefinition): NonNullable<PipelineJob["outputs"]> {
  return Object.fromEntries(
    Object.entries(outputTypes).map(([name, type]) => [name, { jobOutputType: outputTypeOf(type) }]),
  );
}

async function findProblems(
  draft: Pick<KindDraft<PipelineJob>, "workspaceId" | "name">,
  loaded: LoadedDefinition,
  options: { deps: JobDependencies; depth: number },
): Promise<ErrorDetail[]> {
  const { definition, problems } = loaded;
  const count = Object.keys(definition.nodes).length;
  const found: ErrorDetail[] = [...problems];
  const target = "properties.jobs";
  if (count === 0 && problems.length === 0) {
    found.push({ code: "NoSteps", message: `Pipeline '${draft.name}' has no steps; give it at least one.`, target });
  }
  if (count > STEPS_MAX) {
    found.push({ code: "TooManySteps", message: `A pipeline has at most ${STEPS_MAX} steps, not ${count}.`, target });
  }
  // A step whose component is missing is a problem by itself; what refers to it would only repeat it.
  if (problems.length === 0) found.push(...findPipelineProblems(definition));
  found.push(...(await findEnvironmentProblems(definition, { workspaceId: draft.workspaceId, deps: options.deps })));
  const known = new Set<string>();
  for (const [name, node] of Object.entries(definition.nodes)) {
    if (node.kind !== "step") continue;
    const type = stepTypeOf(node.node, node.spec);
    if (!STEP_TYPES.some((one) => one === type)) {
      const message = `Step '${name}' is of type '${type}', which arrives in a later release; '${STEP_TYPES.join("', '")}' run so far.`;
      found.push({ code: "Unsupported", message, target: `${target}.${name}` });
    }
    if (type === "data_transfer" && (node.node["task"] ?? node.spec["task"]) !== "copy_data") {
      const message = `Step '${name}' moves data to or from a database or another cloud, which arrives in a later release; 'copy_data' runs.`;
      found.push({ code: "Unsupported", message, target: `${target}.${name}` });
    }
    const id = loaded.componentIds[name] ?? "";
    if (type !== "pipeline" || known.has(id)) continue;
    known.add(id);
    found.push(...(await findNestedProblems(draft, { name, id }, options)));
  }
  return found;
}

async function findNestedProblems(
  draft: Pick<KindDraft<PipelineJob>, "workspaceId" | "name">,
  step: { name: string; id: string },
  { deps, depth }: { deps: JobDependencies; depth: number },
): Promise<ErrorDetail[]> {
  const target = `properties.jobs.${step.name}`;
  if (depth >= DEPTH_MAX) {
    return [{ code: "TooDeep", message: `Pipelines stand in each other at most ${DEPTH_MAX} deep.`, target }];
  }
  const options = { workspaceId: draft.workspaceId, assets: deps.assets };
  const loaded = await loadDefinition({ jobType: "Pipeline", componentId: step.id }, options);
  const problems = await findProblems({ ...draft, name: step.name }, loaded, { deps, depth: depth + 1 });
  return problems.map((problem) => ({
    ...problem,
    message: `In '${step.name}': ${problem.message}`,
    target: `${target}.${(problem.target ?? "").replace(/^properties\./, "")}`,
  }));
}

/** Inputs of the pipeline against what its component declares, or what the steps that they go to take. */
function findInputProblems(job: PipelineJob, definition: PipelineDefinition): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  const given = job.inputs ?? {};
  const isByComponent = job.componentId != null && Object.keys(job.jobs ?? {}).length === 0;
  for (const [name, spec] of Object.entries(isByComponent ? definition.inputs : {})) {
    if (given[name] != null || spec.optional || spec.default != null) continue;
    const message = `The pipeline needs a value for its input '${name}'.`;
    problems.push({ code: "MissingInput", message, target: `properties.inputs.${name}` });
  }
  for (const [stepName, node] of Object.entries(definition.nodes)) {
    if (node.kind !== "step") continue;
    for (const [input, value] of Object.entries(node.node.inputs ?? {})) {
      const text = typeof value === "object" && value !== null ? value.value : value;
      const reference = typeof text === "string" ? wholeReference(text) : undefined;
      const source = reference?.kind === "input" ? given[reference.input] : undefined;
      const spec = node.spec.inputs?.[input];
      if (spec == null || reference?.kind !== "input" || source?.jobInputType !== "literal" || source.value == null)
        continue;
      const problem = checkLiteral(String(source.value), spec);
      if (problem === undefined) continue;
      const message = `Input '${reference.input}' of the pipeline, which is input '${input}' of step '${stepName}', ${problem.text}.`;
      problems.push({ code: problem.code, message, target: `properties.inputs.${reference.input}` });
    }
  }
  return problems;
}

async function findComputeProblems(
  draft: KindDraft<PipelineJob>,
  definition: PipelineDefinition,
  context: ResourceContext,
): Promise<ErrorDetail[]> {
  const wanted = new Map<string, string>();
  const pipeline = { id: draft.id, properties: draft.job };
  const literals = draft.job.inputs ?? {};
  for (const [name, node] of Object.entries(definition.nodes)) {
    if (node.kind !== "step") continue;
    const computeId = fillCompute(node.node.computeId ?? undefined, literals);
    if (computeId?.includes("${{")) continue;
    const id = computeOf(pipeline, { ...node.node, computeId });
    // A client may write the computes that need not be made as ids, too.
    const isImplied = IMPLIED_COMPUTES.includes(id?.slice(id.lastIndexOf("/") + 1).toLowerCase() ?? "");
    if (id !== undefined && id.includes("/") && !isImplied && !wanted.has(id)) wanted.set(id, name);
  }
  const problems: ErrorDetail[] = [];
  for (const [id, step] of wanted) {
    const found = await findQuietly(id, context);
    if (found) continue;
    const message = `Step '${step}' is to run on the compute '${id.slice(id.lastIndexOf("/") + 1)}', which does not exist.`;
    problems.push({ code: "UnknownCompute", message, target: `properties.jobs.${step}.computeId` });
  }
  return problems;
}

/** A compute that is an input of the pipeline. */
function fillCompute(text: string | undefined, inputs: NonNullable<PipelineJob["inputs"]>): string | undefined {
  if (text === undefined || !text.includes("${{")) return text;
  const lookup = (path: readonly string[]) => {
    const value = path[1] === "inputs" ? inputs[path.slice(2).join(".")]?.value : undefined;
    return value == null ? undefined : { kind: "value" as const, text: String(value) };
  };
  return bindTemplate(parseTemplate(text, ""), lookup, { target: "", known: [] }).text;
}

async function findQuietly(id: string, context: ResourceContext): Promise<boolean> {
  try {
    return (await context.resources.find(id)) !== undefined;
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}
