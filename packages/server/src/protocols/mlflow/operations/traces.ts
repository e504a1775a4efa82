import { z } from "zod";

import { TRACE_VOCABULARY } from "../../../domain/tracking-search/search-grammar.ts";
import { defineOperation, type Operation } from "../operation.ts";
import { parseInput } from "../parse-input.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { renderTrace, toTrace, traceInfoInput } from "../render-traces.ts";
import { checkTag } from "../validate-entities.ts";
import { anyText, list, optionalInteger, optionalText, pageSize, requiredText } from "../wire-fields.ts";
import { startTraceV2 } from "./traces-v2.ts";

const TRACES_PER_PAGE = 100;
const TRACES_PER_PAGE_MAX = 500;
const TRACES_PER_DELETE_MAX = 1_000;
const RUN_METADATA = "mlflow.sourceRun";

const startInput = z.looseObject({ trace: z.object({ trace_info: traceInfoInput }) });

/** Clients of MLflow 3 send a whole trace at its end; those before send its beginning. */
const start = defineOperation({
  method: "POST",
  path: "/mlflow/traces",
  action: "experiments/runs/write",
  input: z.looseObject({ trace: z.unknown().optional() }),
  async handle(input, context) {
    if (input.trace === undefined) return startTraceV2(input, context);
    const { trace } = parseInput(startInput, input);
    const stored = await context.tracking.traces.put(context.workspaceKey, toTrace(trace.trace_info));
    return { trace: { trace_info: renderTrace(stored) } };
  },
});

const byId = z.object({ trace_id: requiredText });

const getInfo = defineOperation({
  method: "GET",
  path: "/mlflow/traces/{trace_id}",
  action: "experiments/runs/read",
  input: byId,
  handle: async (input, { tracking, workspaceKey }) => ({
    trace: { trace_info: renderTrace(await tracking.traces.get(workspaceKey, input.trace_id)) },
  }),
});

const getInfos = defineOperation({
  method: "POST",
  path: "/mlflow/traces/batchGetInfos",
  action: "experiments/runs/read",
  input: z.object({ trace_ids: list(z.string()) }),
  async handle(input, { tracking, workspaceKey }) {
    const infos = input.trace_ids.slice(0, TRACES_PER_PAGE_MAX).map((id) => tracking.traces.get(workspaceKey, id));
    return { trace_infos: (await Promise.all(infos)).map(renderTrace) };
  },
});

const location = z.looseObject({ mlflow_experiment: z.object({ experiment_id: requiredText }) });

const search = defineOperation({
  method: "POST",
  path: "/mlflow/traces/search",
  action: "experiments/runs/read",
  input: z.object({
    locations: list(location),
    filter: anyText,
    max_results: pageSize(TRACES_PER_PAGE, TRACES_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
  }),
  async handle(input, { tracking, workspaceKey }) {
    const page = await tracking.traces.search({
      workspaceKey,
      experimentIds: input.locations.map((place) => place.mlflow_experiment.experiment_id),
      filter: readFilter(input.filter, TRACE_VOCABULARY),
      order: readOrder(input.order_by, TRACE_VOCABULARY),
      limit: input.max_results,
      ...(input.page_token !== undefined && { after: input.page_token }),
    });
    return { traces: page.items.map(renderTrace), next_page_token: page.next };
  },
});

const remove = defineOperation({
  method: "POST",
  path: "/mlflow/traces/delete-traces",
  action: "experiments/runs/delete",
  input: z.object({
    experiment_id: requiredText,
    max_timestamp_millis: optionalInteger,
    max_traces: optionalInteger,
    request_ids: list(z.string()),
  }),
  async handle(input, { tracking, workspaceKey }) {
    const removed = await tracking.traces.remove(workspaceKey, {
      experimentId: input.experiment_id,
      traceIds: input.request_ids,
      startedBefore: input.max_timestamp_millis,
      limit: Math.min(input.max_traces ?? TRACES_PER_DELETE_MAX, TRACES_PER_DELETE_MAX),
    });
    return { traces_deleted: removed };
  },
});

const setTag = defineOperation({
  method: "PATCH",
  path: "/mlflow/traces/{trace_id}/tags",
  action: "experiments/runs/write",
  input: z.object({ trace_id: requiredText, key: requiredText, value: anyText }),
  async handle({ trace_id: traceId, key, value }, { tracking, workspaceKey }) {
    checkTag({ key, value }, "key");
    await tracking.traces.setTags(workspaceKey, traceId, Object.fromEntries([[key, value]]));
    return {};
  },
});

const removeTag = defineOperation({
  method: "DELETE",
  path: "/mlflow/traces/{trace_id}/tags",
  action: "experiments/runs/write",
  input: z.object({ trace_id: requiredText, key: requiredText }),
  async handle({ trace_id: traceId, key }, { tracking, workspaceKey }) {
    await tracking.traces.removeTag(workspaceKey, traceId, key);
    return {};
  },
});

const linkToRun = defineOperation({
  method: "POST",
  path: "/mlflow/traces/link-to-run",
  action: "experiments/runs/write",
  input: z.object({ trace_ids: list(z.string()), run_id: requiredText }),
  async handle(input, { tracking, workspaceKey }) {
    await tracking.runs.get(workspaceKey, input.run_id);
    for (const traceId of input.trace_ids.slice(0, TRACES_PER_PAGE_MAX)) {
      await tracking.traces.setMetadata(workspaceKey, traceId, { [RUN_METADATA]: input.run_id });
    }
    return {};
  },
});

export const traceOperations: readonly Operation[] = [
  start,
  getInfos,
  search,
  remove,
  linkToRun,
  getInfo,
  setTag,
  removeTag,
];
