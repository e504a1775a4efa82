import type { FailingLine } from "@lazuli/contract/node/task-report.ts";

import type { JobView } from "./job-view.ts";

/** A run as the run history shows it. */
export function renderRun(job: JobView, experimentId: string): Record<string, unknown> {
  const { resource, properties, state } = job;
  const user = {
    userObjectId: state.submittedBy.id,
    userTenantId: state.submittedBy.tenantId,
    userName: state.submittedBy.name,
  };
  return {
    runId: resource.name,
    rootRunId: state.rootJobName ?? properties.parentJobName ?? resource.name,
    parentRunId: properties.parentJobName ?? null,
    runUuid: resource.name,
    experimentId,
    runNumber: resource.createdAt,
    status: state.status,
    createdUtc: time(resource.createdAt),
    startTimeUtc: time(state.startedAt),
    endTimeUtc: time(state.endedAt),
    createdBy: user,
    lastModifiedBy: user,
    lastModifiedUtc: time(resource.updatedAt),
    userId: state.submittedBy.id,
    displayName: properties.displayName ?? resource.name,
    name: properties.displayName ?? resource.name,
    description: properties.description ?? null,
    tags: properties.tags ?? {},
    properties: { ...properties.properties, ...state.addedProperties },
    target: nameOf(properties.computeId),
    runType: "azureml.scriptrun",
    runTypeV2: { orchestrator: "Execution", traits: [], computeType: null },
    compute: { target: nameOf(properties.computeId), targetType: "AmlCompute", vmSize: null, instanceCount: 1 },
    dataContainerId: `dcid.${resource.name}`,
    hidden: false,
    inputs: {},
    outputs: renderOutputs(job),
    error: renderError(job),
    warnings: renderWarnings(job),
  };
}

/**
 * Names of outputs with ids that `batchGetResolvedUris` turns into places. Models are told as folders: azure-ai-ml 1.35
 * resolves data, but fails in its own code before it asks for the place of a `CustomModel`.
 */
export function renderOutputs({ resource, state }: JobView): Record<string, { assetId: string; type: string }> {
  const entries = Object.entries(state.outputs).map(([name, output]) => {
    const assetId = `azureml://jobs/${resource.name}/outputs/${name}`;
    return [name, { assetId, type: output.type.endsWith("_model") ? "uri_folder" : output.type }] as const;
  });
  return Object.fromEntries(entries);
}

/** Why a run failed, with the end of its log: what `jobs.stream` raises. */
export function renderError({ state }: JobView): Record<string, unknown> | null {
  const { error } = state;
  if (error === undefined) return null;
  const where = error.location === undefined ? [] : [describeLine(error.location)];
  const exit = error.exitCode === undefined ? [] : [`Exit code: ${error.exitCode}.`];
  const tail = error.logTail.length === 0 ? [] : ["Last lines of the log:", ...error.logTail];
  const hint = error.hint === undefined ? [] : [error.hint];
  const message = [error.message, ...where, ...hint, ...exit, ...tail].join("\n");
  return {
    error: {
      code: error.category === "system" ? "SystemError" : "UserError",
      severity: null,
      message,
      messageFormat: null,
      messageParameters: { category: error.category },
      referenceCode: null,
      detailsUri: null,
      target: error.location === undefined ? null : `${error.location.file}:${error.location.line}`,
      details: [],
      innerError: { code: error.code, innerError: null },
    },
    correlation: {},
    environment: "local",
    location: "local",
    time: time(state.endedAt),
    componentName: "CommonRuntime",
  };
}

function describeLine({ file, line, text }: FailingLine): string {
  return `At ${file}, line ${line}${text === undefined ? "." : `: ${text}`}`;
}

export function renderWarnings({ state }: JobView): { source: string; message: string }[] {
  return state.warnings.map((message) => ({ source: "Lazuli", message }));
}

export function time(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function nameOf(computeId: string | null | undefined): string {
  return computeId?.slice(computeId.lastIndexOf("/") + 1) ?? "serverless";
}
