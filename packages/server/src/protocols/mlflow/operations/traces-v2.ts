import { z } from "zod";

import { TRACE_VOCABULARY } from "../../../domain/tracking-search/search-grammar.ts";
import { newHexId } from "../../../tracking/new-id.ts";
import { defineOperation, type Operation, type OperationContext } from "../operation.ts";
import { parseInput } from "../parse-input.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { renderTraceV2 } from "../render-traces.ts";
import { anyText, integer, keyValue, list, optionalText, pageSize, requiredText, toRecord } from "../wire-fields.ts";

const TRACES_PER_PAGE = 100;
const TRACES_PER_PAGE_MAX = 500;

const startInput = z.object({
  experiment_id: requiredText,
  timestamp_ms: integer,
  request_metadata: list(keyValue),
  tags: list(keyValue),
});

/** The beginning of a trace, as clients before MLflow 3 send it. */
export async function startTraceV2(input: unknown, { tracking, workspaceKey }: OperationContext) {
  const start = parseInput(startInput, input);
  const trace = await tracking.traces.put(workspaceKey, {
    traceId: `tr-${newHexId()}`,
    experimentId: start.experiment_id,
    clientRequestId: "",
    requestPreview: "",
    responsePreview: "",
    requestedAt: start.timestamp_ms,
    durationMs: undefined,
    state: "IN_PROGRESS",
    metadata: toRecord(start.request_metadata),
    tags: toRecord(start.tags),
    assessments: "[]",
  });
  return { trace_info: renderTraceV2(trace) };
}

const end = defineOperation({
  method: "PATCH",
  path: "/mlflow/traces/{request_id}",
  action: "experiments/runs/write",
  input: z.object({
    request_id: requiredText,
    timestamp_ms: integer,
    status: z.enum(["OK", "ERROR", "IN_PROGRESS"]),
    request_metadata: list(keyValue),
    tags: list(keyValue),
  }),
  async handle(input, { tracking, workspaceKey }) {
    const trace = await tracking.traces.get(workspaceKey, input.request_id);
    const ended = await tracking.traces.put(workspaceKey, {
      ...trace,
      durationMs: Math.max(0, input.timestamp_ms - trace.requestedAt),
      state: input.status,
      metadata: toRecord(input.request_metadata),
      tags: toRecord(input.tags),
    });
    return { trace_info: renderTraceV2(ended) };
  },
});

const getInfo = defineOperation({
  method: "GET",
  path: "/mlflow/traces/{request_id}/info",
  action: "experiments/runs/read",
  input: z.object({ request_id: requiredText }),
  handle: async (input, { tracking, workspaceKey }) => ({
    trace_info: renderTraceV2(await tracking.traces.get(workspaceKey, input.request_id)),
  }),
});

const search = defineOperation({
  method: "GET",
  path: "/mlflow/traces",
  action: "experiments/runs/read",
  input: z.object({
    experiment_ids: list(z.string()),
    filter: anyText,
    max_results: pageSize(TRACES_PER_PAGE, TRACES_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
  }),
  async handle(input, { tracking, workspaceKey }) {
    const page = await tracking.traces.search({
      workspaceKey,
      experimentIds: input.experiment_ids,
      filter: readFilter(input.filter, TRACE_VOCABULARY),
      order: readOrder(input.order_by, TRACE_VOCABULARY),
      limit: input.max_results,
      ...(input.page_token !== undefined && { after: input.page_token }),
    });
    return { traces: page.items.map(renderTraceV2), next_page_token: page.next };
  },
});

export const traceV2Operations: readonly Operation[] = [search, end, getInfo];
