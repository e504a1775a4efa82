import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import type { JobDependencies } from "./job-dependencies.ts";
import type { JobKind } from "./job-kind.ts";
import type { Job } from "./job-state.ts";
import { workspaceOf } from "./job-run.ts";
import { taskIdOf } from "./leaf/task-ids.ts";

/** Wire properties of a job: Azure's fields, and under `lazuli` what Azure has no field for. */
export function renderJob(job: Job, deps: JobDependencies, kind: JobKind | undefined): Record<string, unknown> {
  const { state, properties } = job;
  const waitReason = state.status === "Queued" ? deps.pools.explain(job.key) : undefined;
  return {
    ...properties,
    computeId: properties.computeId ?? null,
    isArchived: properties.isArchived ?? false,
    tags: properties.tags ?? {},
    properties: { ...properties.properties, ...state.addedProperties },
    inputs: properties.inputs ?? {},
    outputs: renderOutputs(job),
    ...kind?.render?.(job, deps),
    status: isTerminalStatus(state.status) || state.cancelRequestedAt === undefined ? state.status : "CancelRequested",
    services: { ...renderOwnServices(job, deps.baseUrl), ...renderServices(job, deps.baseUrl) },
    lazuli: {
      status: state.status,
      timeline: state.timeline,
      reason: waitReason ?? state.timeline.at(-1)?.reason ?? "",
      startedAt: state.startedAt ?? null,
      endedAt: state.endedAt ?? null,
      exitCode: state.exitCode,
      error: state.error ?? null,
      warnings: state.warnings,
      substitutions: state.substitutions,
      taskId: taskIdOf(job),
      ...kind?.describe?.(job),
    },
  };
}

/**
 * Outputs with the place that each got. There is no `default` among them: a client that finds one there reads the logs
 * straight from its datastore, with an account key that it may not have, instead of asking the run history.
 */
function renderOutputs(job: Job): Record<string, unknown> {
  const entries = Object.entries(job.properties.outputs ?? {}).filter(([name]) => name !== "default");
  return Object.fromEntries(
    entries.map(([name, output]) => {
      const actual = job.state.outputs[name];
      return [name, { mode: "ReadWriteMount", ...output, ...(actual !== undefined && { uri: actual.uri }) }];
    }),
  );
}

/** The programs beside the command: as asked for until the node has spoken, then as they are. */
function renderOwnServices({ properties, state }: Job, baseUrl: string): Record<string, unknown> {
  const actual = Object.entries(state.services ?? {}).map(([name, service]) => {
    const endpoint = service.path === undefined ? service.address : `${baseUrl}${service.path}`;
    const asked = properties.services?.[name];
    return [
      name,
      {
        ...(typeof asked === "object" && asked),
        jobServiceType: service.type,
        status: service.status,
        endpoint: endpoint ?? null,
        port: service.port ?? null,
        errorMessage: service.error ?? null,
      },
    ];
  });
  return { ...properties.services, ...Object.fromEntries(actual) };
}

function renderServices(job: Job, baseUrl: string): Record<string, unknown> {
  const workspaceId = workspaceOf(job);
  const studio = `${baseUrl}/jobs/${encodeURIComponent(job.name)}?wsid=${workspaceId}`;
  return {
    Tracking: {
      jobServiceType: "Tracking",
      endpoint: `${baseUrl.replace(/^https/, "azureml")}/mlflow/v1.0${workspaceId}?`,
      port: null,
      status: null,
      errorMessage: null,
      properties: null,
    },
    Studio: {
      jobServiceType: "Studio",
      endpoint: studio,
      port: null,
      status: null,
      errorMessage: null,
      properties: null,
    },
  };
}
