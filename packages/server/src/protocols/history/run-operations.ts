import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, resourceKey } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import { jobThatRan } from "../../engine/reuse/job-that-ran.ts";
import type { HistoryDependencies, HistoryOperation, HistoryRequest } from "./history-dependencies.ts";
import { findJob, getJob, viewJob, type JobView } from "./job-view.ts";
import { listLogLinks } from "./log-links.ts";
import { renderError, renderRun, renderWarnings, time } from "./render-run.ts";
import { renderTrackedRun } from "./render-tracked-run.ts";

const CHILDREN_MAX = 1_000;
const textMap = z.record(z.string(), z.string().nullable()).nullish();
const changesSchema = z.looseObject({
  displayName: z.string().nullish(),
  description: z.string().nullish(),
  tags: textMap,
  properties: textMap,
  /** The run history's word for archived. */
  hidden: z.boolean().nullish(),
});
const runDataSchema = z.looseObject({ runId: z.string() });
const batchRunDataSchema = z.looseObject({ runIds: z.array(z.string()).max(1_000).nullish() });

export const getRun: HistoryOperation = (request, deps) => renderRunOf(request, runIdOf(request), deps);

export const getDetails: HistoryOperation = async (request, deps) => {
  const runId = runIdOf(request);
  const job = await findJob(request.workspaceId, runId, deps);
  if (job === undefined)
    return { ...(await renderRunOf(request, runId, deps)), logFiles: {}, warnings: [], error: null };
  const { properties, state } = job;
  return {
    runId,
    target: properties.computeId ?? "serverless",
    status: state.status,
    startTimeUtc: time(state.startedAt),
    endTimeUtc: time(state.endedAt),
    services: {},
    properties: { ...properties.properties, ...state.addedProperties },
    inputDatasets: [],
    outputDatasets: [],
    runDefinition: null,
    logFiles: await listLogLinks(jobThatRan(job.resource).id, deps),
    warnings: renderWarnings(job),
    error: renderError(job),
    submittedBy: state.submittedBy.name,
  };
};

/** Jobs that name this one as their parent, newest first; `$top` and `$continuationtoken` page through them. */
export const listChildren: HistoryOperation = async (request, deps) => {
  const { workspaceId, query } = request;
  const runId = runIdOf(request);
  const after = query["$continuationtoken"];
  const top = Number(query["$top"] ?? CHILDREN_MAX);
  const page = await deps.engine.context.resources.list({
    parentKey: resourceKey(workspaceId),
    type: "workspaces/jobs",
    order: "created-desc",
    owner: resourceKey(childId(workspaceId, "jobs", runId)),
    limit: top >= 1 && top <= CHILDREN_MAX ? Math.floor(top) : CHILDREN_MAX,
    ...(after !== undefined && { after }),
  });
  const value = await Promise.all(page.items.map((item) => render(viewJob(item), deps)));
  if (page.next === undefined) return { value, continuationToken: null, nextLink: null };
  const next = new URLSearchParams({ ...query, $continuationtoken: page.next });
  const path = `/history/v1.0${workspaceId}/runs/${encodeURIComponent(runId)}/children`;
  return { value, continuationToken: page.next, nextLink: `${deps.baseUrl}${path}?${next.toString()}` };
};

/** Changes the words about a run: how the SDK updates a job. */
export const changeRun: HistoryOperation = async (request, deps) => {
  const changes = changesSchema.parse(request.body ?? {});
  const { resource, properties } = await getJob(request.workspaceId, runIdOf(request), deps);
  const changed = {
    ...resource.properties,
    ...(changes.displayName != null && { displayName: changes.displayName }),
    ...(changes.description != null && { description: changes.description }),
    ...(changes.hidden != null && { isArchived: changes.hidden }),
    ...(changes.tags != null && { tags: { ...properties.tags, ...changes.tags } }),
    ...(changes.properties != null && { properties: { ...properties.properties, ...changes.properties } }),
  };
  const { principal } = request;
  await deps.access.assertCan(principal, "Microsoft.MachineLearningServices/workspaces/jobs/write", resource.id);
  await deps.engine.context.resources.put({
    id: resource.id,
    properties: changed,
    envelope: resource.envelope,
    principal,
  });
  return renderRunOf(request, resource.name, deps);
};

export const cancelRun: HistoryOperation = async (request, deps) => {
  const { resource } = await getJob(request.workspaceId, runIdOf(request), deps);
  const cancel = deps.engine.definitions.get("workspaces/jobs")?.actions?.["cancel"];
  if (cancel === undefined) throw new PlatformError("Unsupported", "Jobs cannot be canceled here.");
  const { principal, query } = request;
  await deps.access.assertCan(
    principal,
    "Microsoft.MachineLearningServices/workspaces/jobs/cancel/action",
    resource.id,
  );
  await cancel({ resource, body: undefined, query, principal }, deps.engine.context);
  return renderRunOf(request, resource.name, deps);
};

export const getRunData: HistoryOperation = async (request, deps) => {
  const { runId } = runDataSchema.parse(request.body);
  return { runMetadata: await renderRunOf(request, runId, deps), runDefinition: null, jobSpecification: null };
};

export const getBatchRunData: HistoryOperation = async (request, deps) => {
  const { runIds } = batchRunDataSchema.parse(request.body);
  const results = await Promise.all(
    (runIds ?? []).map(async (runId) => {
      const runMetadata = await renderRunOf(request, runId, deps);
      return [runId, { runMetadata, runDefinition: null, jobSpecification: null }] as const;
    }),
  );
  return { runData: Object.fromEntries(results), errors: {} };
};

async function renderRunOf(
  request: Pick<HistoryRequest, "workspaceId">,
  runId: string,
  deps: HistoryDependencies,
): Promise<Record<string, unknown>> {
  const job = await findJob(request.workspaceId, runId, deps);
  if (job !== undefined) return render(job, deps);
  const run = await deps.tracking.findRun(resourceKey(request.workspaceId), runId);
  if (run === undefined) throw new PlatformError("NotFound", `Run '${runId}' does not exist.`);
  return renderTrackedRun(run);
}

async function render(job: JobView, deps: HistoryDependencies): Promise<Record<string, unknown>> {
  const run = await deps.tracking.findRun(job.resource.parentKey, job.resource.name);
  return renderRun(job, run?.experimentId ?? "");
}

function runIdOf(request: HistoryRequest): string {
  return request.parts[1] ?? "";
}
