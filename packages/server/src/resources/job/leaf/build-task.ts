import { delimiter, join } from "node:path";

import type { CommandJob } from "@lazuli/contract/jobs/command.ts";
import type { JobInput } from "@lazuli/contract/jobs/data-binding.ts";
import { parseResourceId, resourceKey } from "@lazuli/contract/resource-id.ts";
import type { EnvironmentSpec, TaskInput, TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { durationSeconds } from "../../../domain/durations.ts";
import type { Principal } from "../../../engine/access/principal.ts";
import type { DataLocation } from "../../../engine/data/data-locator.ts";
import { blobUrl, stageData, type StagedData } from "../../../engine/data/stage-data.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Resources } from "../../../engine/resources/resources.ts";
import { taskScope } from "../../../engine/tasks/task-token.ts";
import { rootStorage } from "../../../engine/workspaces/root-storage.ts";
import { bindJobCommand, literalInputs } from "./bind-command.ts";
import { computeOf } from "./job-compute.ts";
import { isEmptyOutput } from "./empty-output.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import { JobFailure, orFail } from "./job-failure.ts";
import { isModelType, planOutputs, type PlannedOutput } from "./job-outputs.ts";
import { groupLaunchOf, NODE_ADDRESS } from "./group-launch.ts";
import { taskServices } from "./job-services.ts";
import { jobVariables, type VariableSources } from "./job-variables.ts";
import { resolveLeafEnvironment } from "./leaf-environment.ts";
import type { LeafAdditions, Leaf } from "./leaf-job.ts";
import { taskIdsOf } from "./task-ids.ts";

export interface JobTasks {
  /** By rank of node. */
  readonly specs: readonly TaskSpec[];
  readonly outputs: readonly PlannedOutput[];
  readonly substitutions: Readonly<Record<string, string>>;
  /** Name of the compute. */
  readonly compute: string;
}

const DAY_SECONDS = 86_400;
/** Jobs without a time limit keep their tokens this long. */
const TOKEN_SECONDS_DEFAULT = 30 * DAY_SECONDS;
const GRACE_SECONDS = 5;
const INPUT_MODES = {
  ReadOnlyMount: "ro_mount",
  ReadWriteMount: "rw_mount",
  Download: "download",
  Direct: "direct",
  EvalMount: "eval_mount",
  EvalDownload: "eval_download",
} as const;

/** Where a job's tasks run. */
export interface TaskPlace {
  readonly experimentId: string;
  /** Indexes of the compute's nodes, by rank. */
  readonly nodes: readonly number[];
  /** GPUs that each of them has for the job; `undefined` on a machine without any. */
  readonly gpus: readonly (readonly number[])[] | undefined;
  /** Free ports for a job of several processes; the first is where they meet. */
  readonly ports: readonly number[];
  readonly context: ResourceContext;
}

/** Everything that the runners need, a task for each node. Throws {@link JobFailure} for what cannot be found or made. */
export async function buildTasks(job: Leaf, place: TaskPlace, deps: JobDependencies): Promise<JobTasks> {
  const { properties } = job;
  const { context } = place;
  const workspaceId = workspaceOf(job);
  const [environment, code, inputs, outputs, artifacts, storage] = await Promise.all([
    orFail(resolveLeafEnvironment(properties, workspaceId, deps), ENVIRONMENT_GONE),
    stageCode(properties, workspaceId, deps),
    stageInputs(properties, { workspaceId, resources: context.resources }, deps),
    planOutputs({ name: job.name, job: properties, workspaceId }, deps),
    deps.locator.artifacts(workspaceId, job.name),
    rootStorage(job.id, context.resources),
  ]);
  const [issue] = environment.issues;
  if (issue !== undefined) throw new JobFailure({ category: "environment", code: issue.code, message: issue.message });
  const timeoutSeconds = durationSeconds(properties.limits?.timeout ?? "");
  const compute = computeOf(properties, workspaceId);
  const shared = {
    kind: "job",
    serverUrl: deps.serverUrl,
    ...(code !== undefined && { code }),
    environment: withRequirements(environment.spec, properties.additions),
    command: bindJobCommand(properties).text,
    parameters: literalInputs(properties),
    inputs,
    outputs: outputs.map(({ output, location }) => ({ ...output, url: outputUrl(output, location, deps.serverUrl) })),
    artifactsUrl: blobUrl(artifacts, deps.serverUrl),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    graceSeconds: GRACE_SECONDS,
  } as const;
  const taskIds = taskIdsOf(job);
  const tokens = await issueTokens(job, { taskIds, workspaceId, timeoutSeconds, now: context.clock.now() }, deps);
  const specs = taskIds.map((taskId, rank): TaskSpec => {
    const variables = withAdditions(properties.additions, deps.pythonFolder, {
      ...namesOf(job, place),
      nodeName: `${compute.name}-${place.nodes[rank] ?? rank}`,
      computeName: compute.name,
      workspaceGuid: storage.guid,
      token: tokens.management,
      tokenExpiresAt: tokens.expiresAt,
      baseUrl: deps.baseUrl,
      serverUrl: deps.serverUrl,
    });
    const services = taskServices(job, { taskId, rank });
    return {
      ...shared,
      ...(services.length > 0 && { services }),
      taskId,
      token: tokens.tasks[rank] ?? "",
      workingFolder: join(deps.tasksFolder, taskId),
      variables,
      ...placeOf(job, rank, place),
    };
  });
  const substitutions = { ...environment.substitutions, ...properties.additions?.substitutions };
  return { specs, outputs, substitutions, compute: compute.name };
}

function namesOf(job: Leaf, { experimentId, nodes }: TaskPlace) {
  return {
    job: job.properties,
    name: job.name,
    rootName: job.state.rootJobName ?? job.properties.parentJobName ?? job.name,
    id: parseResourceId(job.id),
    experimentId,
    nodeCount: nodes.length,
  };
}

function placeOf(job: Leaf, rank: number, place: TaskPlace): Pick<TaskSpec, "node" | "gpus" | "group"> {
  const { nodes, ports, gpus } = place;
  const [masterPort, ...own] = ports;
  return {
    node: nodes[rank] ?? rank,
    ...(gpus !== undefined && { gpus: [...(gpus[rank] ?? [])] }),
    ...(masterPort !== undefined && {
      group: {
        nodeRank: rank,
        addresses: nodes.map(() => NODE_ADDRESS),
        masterPort,
        launch: groupLaunchOf(job, own),
      },
    }),
  };
}

/** Variables of the job, and what the platform adds to them. */
function withAdditions(
  additions: LeafAdditions | undefined,
  pythonFolder: string,
  sources: VariableSources,
): Record<string, string> {
  const variables = { ...additions?.variables, ...jobVariables(sources) };
  if (additions?.needsPlatformPackage !== true) return variables;
  return { ...variables, PYTHONPATH: [pythonFolder, variables["PYTHONPATH"] ?? []].flat().join(delimiter) };
}

function withRequirements(spec: EnvironmentSpec, additions: LeafAdditions | undefined): EnvironmentSpec {
  const more = additions?.requirements ?? [];
  return more.length === 0 ? spec : { ...spec, requirements: [...spec.requirements, ...more] };
}

const ENVIRONMENT_GONE = {
  category: "environment",
  code: "EnvironmentNotFound",
  subject: "The environment is gone",
  hint: "Submit the job again with an environment that exists.",
} as const;

async function stageCode(job: CommandJob, workspaceId: string, deps: JobDependencies): Promise<TaskSpec["code"]> {
  if (job.codeId == null) return undefined;
  const failure = {
    category: "data",
    code: "CodeNotFound",
    subject: "The code cannot be read",
    hint: "Submit the job again, so that its code is uploaded anew.",
  } as const;
  const location = await orFail(deps.locator.locate(job.codeId, { workspaceId, collection: "codes" }), failure);
  const staged = await orFail(stageData(location, deps), failure);
  if (!staged.isFolder)
    throw new JobFailure({ ...failure, message: `The code '${job.codeId}' is a file, not a folder.` });
  return { url: staged.url, ...(staged.localFiles !== undefined && { localFiles: { ...staged.localFiles } }) };
}

interface InputScope {
  readonly workspaceId: string;
  readonly resources: Resources;
}

async function stageInputs(job: CommandJob, scope: InputScope, deps: JobDependencies): Promise<TaskInput[]> {
  const data = Object.entries(job.inputs ?? {}).filter(
    ([, input]) => input != null && input.jobInputType !== "literal",
  );
  return Promise.all(data.flatMap(([name, input]) => (input == null ? [] : [stageInput([name, input], scope, deps)])));
}

async function stageInput(
  [name, input]: readonly [string, JobInput],
  scope: InputScope,
  deps: JobDependencies,
): Promise<TaskInput> {
  const { workspaceId } = scope;
  const failure = {
    category: "data",
    code: "InputNotFound",
    subject: `Input '${name}' cannot be read`,
    hint: "Check its path, or upload the data first.",
  } as const;
  const type = input.jobInputType === "literal" ? "uri_file" : input.jobInputType;
  const collection = isModelType(type) ? "models" : "data";
  const location = await orFail(deps.locator.locate(input.uri ?? "", { workspaceId, collection }), failure);
  const mode = INPUT_MODES[input.mode ?? "ReadOnlyMount"];
  const isFile = type === "uri_file";
  // A place outside says nothing of what it is: the input's type decides.
  const staged =
    location.kind === "blob" ? await orFail(stageBlobs(location, { ...scope, isFile }, deps), failure) : undefined;
  const url = staged?.url ?? withSlash(plainUrl(location, deps.serverUrl), !isFile);
  return {
    name,
    type,
    mode,
    url,
    isFolder: staged?.isFolder ?? !isFile,
    ...(staged?.localFiles !== undefined && { localFiles: { ...staged.localFiles } }),
  };
}

async function stageBlobs(
  location: DataLocation & { kind: "blob" },
  scope: InputScope & { readonly isFile: boolean },
  deps: JobDependencies,
): Promise<StagedData> {
  try {
    return await stageData(location, deps);
  } catch (error) {
    if (scope.isFile || !(await isEmptyOutput(location, scope))) throw error;
    return { url: withSlash(blobUrl(location, deps.serverUrl), true), isFolder: true, localFiles: {} };
  }
}

function outputUrl(output: PlannedOutput["output"], location: PlannedOutput["location"], serverUrl: string): string {
  return withSlash(plainUrl(location, serverUrl), output.type !== "uri_file");
}

function plainUrl(location: DataLocation, serverUrl: string): string {
  if (location.kind === "blob") return blobUrl(location, serverUrl);
  return location.kind === "file" ? `file://${location.path}` : location.url;
}

function withSlash(url: string, isFolder: boolean): string {
  return isFolder && !url.endsWith("/") ? `${url}/` : url;
}

/** A token of its own for each task, and one for what the job does: the nodes know each other by it. */
async function issueTokens(
  job: Leaf,
  wanted: { taskIds: readonly string[]; workspaceId: string; timeoutSeconds: number | undefined; now: number },
  deps: JobDependencies,
): Promise<{ tasks: readonly string[]; management: string; expiresAt: number }> {
  const { taskIds, timeoutSeconds, now } = wanted;
  const lifetimeSeconds = timeoutSeconds === undefined ? TOKEN_SECONDS_DEFAULT : timeoutSeconds + DAY_SECONDS;
  const workspaceKey = resourceKey(wanted.workspaceId);
  const principal: Principal = { ...job.state.submittedBy, kind: "task", scopes: [workspaceKey] };
  const [management, ...tasks] = await Promise.all([
    deps.tokens.issue({ principal, audience: "management", lifetimeSeconds }),
    ...taskIds.map((taskId) =>
      deps.tokens.issue({
        principal: { ...principal, scopes: [taskScope(taskId), workspaceKey] },
        audience: "task",
        lifetimeSeconds,
      }),
    ),
  ]);
  return { tasks, management, expiresAt: now + lifetimeSeconds * 1000 };
}
