import { z } from "zod";

import type { NewTrace, Trace } from "../../tracking/traces.ts";
import { toPairs, anyText } from "./wire-fields.ts";

/** Tells the client where the file of the spans goes. */
const ARTIFACT_LOCATION_TAG = "mlflow.artifactLocation";
const MS_PER_SECOND = 1_000;

const textMap = z.record(z.string(), z.string()).nullish();

/** Protobuf's JSON of a time (RFC 3339) and a duration (`1.5s`). */
const timestamp = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((ms) => !Number.isNaN(ms), "Expected a timestamp");
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?s$/)
  .transform((text) => Math.round(Number(text.slice(0, -1)) * MS_PER_SECOND));

export const traceInfoInput = z.object({
  trace_id: z.string().regex(/^[\w-]{1,250}$/, "Expected letters, digits, '-' and '_'"),
  client_request_id: anyText,
  trace_location: z.object({ mlflow_experiment: z.object({ experiment_id: z.string().min(1) }) }),
  request_preview: anyText,
  response_preview: anyText,
  request_time: timestamp,
  execution_duration: duration.nullish(),
  state: z.enum(["STATE_UNSPECIFIED", "OK", "ERROR", "IN_PROGRESS"]).nullish(),
  trace_metadata: textMap,
  tags: textMap,
  assessments: z.array(z.looseObject({})).nullish(),
});

export function toTrace(info: z.infer<typeof traceInfoInput>): NewTrace {
  return {
    traceId: info.trace_id,
    experimentId: info.trace_location.mlflow_experiment.experiment_id,
    clientRequestId: info.client_request_id,
    requestPreview: info.request_preview,
    responsePreview: info.response_preview,
    requestedAt: info.request_time,
    durationMs: info.execution_duration ?? undefined,
    state: info.state ?? "OK",
    metadata: info.trace_metadata ?? {},
    tags: info.tags ?? {},
    assessments: JSON.stringify(info.assessments ?? []),
  };
}

export function renderTrace(trace: Trace) {
  const assessments: unknown = JSON.parse(trace.assessments);
  return {
    trace_id: trace.traceId,
    client_request_id: trace.clientRequestId === "" ? undefined : trace.clientRequestId,
    trace_location: { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: trace.experimentId } },
    request_preview: trace.requestPreview,
    response_preview: trace.responsePreview,
    request_time: new Date(trace.requestedAt).toISOString(),
    execution_duration: trace.durationMs === undefined ? undefined : `${trace.durationMs / MS_PER_SECOND}s`,
    state: trace.state,
    trace_metadata: trace.metadata,
    tags: tagsOf(trace),
    assessments,
  };
}

/** The shape of clients before MLflow 3. */
export function renderTraceV2(trace: Trace) {
  return {
    request_id: trace.traceId,
    experiment_id: trace.experimentId,
    timestamp_ms: trace.requestedAt,
    execution_time_ms: trace.durationMs,
    status: trace.state,
    request_metadata: toPairs(trace.metadata),
    tags: toPairs(tagsOf(trace)),
  };
}

function tagsOf(trace: Trace): Record<string, string> {
  return { ...trace.tags, [ARTIFACT_LOCATION_TAG]: trace.artifactUri };
}
