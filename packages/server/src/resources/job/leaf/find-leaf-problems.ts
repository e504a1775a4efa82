import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import type { LeafJob } from "./leaf-job.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import { durationSeconds } from "../../../domain/durations.ts";
import { describeLimit, findHopeless, needsOf } from "../../../domain/placement/capacity.ts";
import { findQueueProblem, isSpot } from "../../../domain/placement/turn-class.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { IMPLIED_COMPUTES, type PoolConfig } from "../../../engine/placement/pool-config.ts";
import { bindJobCommand, bindOutputPath } from "./bind-command.ts";
import { computeOf, offerOf } from "./job-compute.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { isModelType, outputNames } from "./job-outputs.ts";
import { nodeCountOf } from "./task-ids.ts";
import { resolveLeafEnvironment } from "./leaf-environment.ts";

export interface LeafDraft {
  readonly name: string;
  readonly workspaceId: string;
  readonly job: LeafJob;
}

const DATA_NAME = /^[a-zA-Z_][a-zA-Z0-9_-]{0,254}$/;

/** Everything that would keep the job from running, found before anything runs. */
export async function findLeafProblems(
  draft: LeafDraft,
  context: ResourceContext,
  deps: JobDependencies,
): Promise<{ problems: readonly ErrorDetail[]; environmentId: string }> {
  const [compute, environment, code, ...data] = await Promise.all([
    computeProblems(draft, context, deps),
    checkEnvironment(draft, deps),
    codeProblems(draft, deps),
    ...inputProblems(draft, deps),
    ...outputProblems(draft, context, deps),
  ]);
  const problems = [
    ...plainProblems(draft),
    ...compute,
    ...environment.problems,
    ...code,
    ...data.flat(),
    ...bindJobCommand(draft.job).issues,
  ];
  return { problems, environmentId: environment.reference };
}

function plainProblems({ job }: LeafDraft): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  const add = (target: string, message: string) => problems.push({ code: "InvalidValue", message, target });
  const timeout = job.limits?.timeout;
  if (timeout != null && !((durationSeconds(timeout) ?? 0) > 0)) {
    add("properties.limits.timeout", `'${timeout}' is no time limit; write an ISO 8601 duration such as 'PT30M'.`);
  }
  const queueProblem = findQueueProblem(job.queueSettings);
  if (queueProblem !== undefined) add("properties.queueSettings", queueProblem);
  return problems;
}

async function computeProblems(
  draft: LeafDraft,
  context: ResourceContext,
  deps: JobDependencies,
): Promise<ErrorDetail[]> {
  const compute = computeOf(draft.job, draft.workspaceId);
  const offer = await offerOf(compute, { resources: context.resources, slotCount: deps.slotCount });
  if (offer !== undefined) return seatProblems(draft, offer, deps);
  const message = `Compute '${compute.name}' does not exist. Create it, or leave 'compute' out to run on 'serverless'.`;
  return [{ code: "ComputeNotFound", message, target: "properties.computeId" }];
}

/** What can never fit is refused; what does not fit now waits. */
function seatProblems({ job }: LeafDraft, offer: PoolConfig, { pools }: JobDependencies): ErrorDetail[] {
  const target = "properties.resources.instanceCount";
  const nodeCount = nodeCountOf({ properties: job });
  const nodes = `${nodeCount} node${nodeCount === 1 ? "" : "s"}`;
  const code = "QuotaExceeded";
  if (nodeCount > offer.nodeCountMax) {
    const limit = `compute '${offer.name}' has ${offer.nodeCountMax} at most`;
    const isImplied = IMPLIED_COMPUTES.includes(offer.name.toLowerCase());
    const way = isImplied ? "run it on a cluster with as many" : "let it grow";
    const message = `The job needs ${nodes} at once, and ${limit}. Ask for fewer, or ${way}.`;
    return [{ code, message, target }];
  }
  const isPreemptible = offer.isLowPriority || isSpot(job.queueSettings);
  const wish = { nodeCount, gpusPerNode: 0, isPreemptible };
  const hopeless = findHopeless(needsOf(wish, offer.workspaceKey), pools.shares.limits);
  if (hopeless === undefined) return [];
  const message = `The job needs ${nodes} at once, more than ${describeLimit(hopeless)} allows (${hopeless.limit}).`;
  return [{ code, message, target }];
}

async function checkEnvironment(draft: LeafDraft, deps: JobDependencies) {
  const { environmentId } = draft.job;
  try {
    const { issues, reference } = await resolveLeafEnvironment(draft.job, draft.workspaceId, deps);
    const problems = issues.map((issue): ErrorDetail => ({ ...issue, target: "properties.environmentId" }));
    return { problems, reference };
  } catch (error) {
    return { problems: [toProblem(error, "properties.environmentId")], reference: environmentId };
  }
}

async function codeProblems({ job, workspaceId }: LeafDraft, deps: JobDependencies): Promise<ErrorDetail[]> {
  if (job.codeId == null) return [];
  return locateProblems(job.codeId, { target: "properties.codeId", workspaceId, collection: "codes" }, deps);
}

function inputProblems({ name, job, workspaceId }: LeafDraft, deps: JobDependencies): Promise<ErrorDetail[]>[] {
  return Object.entries(job.inputs ?? {}).map(async ([input, value]) => {
    const target = `properties.inputs.${input}`;
    if (!DATA_NAME.test(input)) return [badName("input", input, target)];
    if (value == null || value.jobInputType === "literal") return [];
    if (value.uri == null || value.uri === "") {
      return [{ code: "MissingValue", message: `Input '${input}' has no path; say where its data is.`, target }];
    }
    const uri = parseDataUri(value.uri);
    if (uri?.kind === "jobOutput" && uri.job === name) {
      return [{ code: "Cycle", message: `Input '${input}' is an output of job '${name}' itself.`, target }];
    }
    const collection = isModelType(value.jobInputType) ? "models" : "data";
    return locateProblems(value.uri, { target, workspaceId, collection }, deps);
  });
}

function outputProblems(draft: LeafDraft, context: ResourceContext, deps: JobDependencies): Promise<ErrorDetail[]>[] {
  const { job, workspaceId } = draft;
  return Object.entries(job.outputs ?? {}).map(async ([output, value]) => {
    const target = `properties.outputs.${output}`;
    if (!DATA_NAME.test(output)) return [badName("output", output, target)];
    if (value?.uri != null) {
      const { text, issues } = bindOutputPath(value.uri, outputNames(draft, output));
      const problems = issues.map((issue): ErrorDetail => ({ ...issue, target }));
      return problems.length > 0 ? problems : locateProblems(text, { target, workspaceId, collection: "data" }, deps);
    }
    if (value?.assetName == null || value.assetVersion == null) return [];
    const collection = isModelType(value.jobOutputType) ? "models" : "data";
    const id = childId(childId(workspaceId, collection, value.assetName), "versions", value.assetVersion);
    if ((await context.resources.find(id)) === undefined) return [];
    const message = `Output '${output}' cannot become version '${value.assetVersion}' of '${value.assetName}', which exists already.`;
    return [{ code: "AlreadyExists", message, target }];
  });
}

async function locateProblems(
  reference: string,
  options: { target: string; workspaceId: string; collection: string },
  deps: JobDependencies,
): Promise<ErrorDetail[]> {
  try {
    await deps.locator.locate(reference, options);
    return [];
  } catch (error) {
    return [toProblem(error, options.target)];
  }
}

function toProblem(error: unknown, target: string): ErrorDetail {
  if (!(error instanceof PlatformError)) throw error;
  return { code: error.azureCode ?? error.code, message: error.message, target };
}

function badName(kind: string, name: string, target: string): ErrorDetail {
  const message = `'${name}' is no ${kind} name: letters, digits, '_' and '-', beginning with a letter or '_'.`;
  return { code: "InvalidValue", message, target };
}
