import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { defineOperation, type Operation } from "../operation.ts";
import { renderDouble, renderMetric } from "../render-entities.ts";
import { checkKey, checkParam, checkTag } from "../validate-entities.ts";
import {
  double,
  integer,
  keyValue,
  list,
  optionalInteger,
  optionalText,
  requiredText,
  toRecord,
  withRunId,
} from "../wire-fields.ts";

const METRICS_PER_BATCH_MAX = 1_000;
const PARAMS_PER_BATCH_MAX = 100;
const TAGS_PER_BATCH_MAX = 100;
const ENTITIES_PER_BATCH_MAX = 1_000;
const HISTORY_POINTS_MAX = 25_000;
const RUNS_PER_BULK_MAX = 100;

const metricFields = {
  key: requiredText,
  value: double,
  timestamp: integer.refine((value) => value >= 0, "Timestamp must be a nonnegative long (64-bit integer)"),
  step: optionalInteger,
  model_id: optionalText,
  dataset_name: optionalText,
  dataset_digest: optionalText,
};
const metric = z.object(metricFields);
type Metric = z.infer<typeof metric>;

const logMetric = defineOperation({
  method: "POST",
  path: "/mlflow/runs/log-metric",
  action: "experiments/runs/write",
  input: withRunId(metricFields),
  async handle({ run_id: runId, ...point }, { tracking, workspaceKey }) {
    checkKey(point.key, "name", "Metric name");
    const metrics = [toLogged(point)];
    await Promise.all([
      tracking.runs.log(workspaceKey, runId, { metrics }),
      tracking.loggedModels.logMetrics(workspaceKey, runId, metrics),
    ]);
    return {};
  },
});

const logBatch = defineOperation({
  method: "POST",
  path: "/mlflow/runs/log-batch",
  action: "experiments/runs/write",
  input: withRunId({ metrics: list(metric), params: list(keyValue), tags: list(keyValue) }),
  async handle({ run_id: runId, metrics, params, tags }, { tracking, workspaceKey }) {
    checkCount("metrics", metrics.length, METRICS_PER_BATCH_MAX);
    checkCount("params", params.length, PARAMS_PER_BATCH_MAX);
    checkCount("tags", tags.length, TAGS_PER_BATCH_MAX);
    checkCount("metrics, params, and tags", metrics.length + params.length + tags.length, ENTITIES_PER_BATCH_MAX);
    metrics.forEach(({ key }, index) => checkKey(key, `metrics[${index}].name`, "Metric name"));
    params.forEach((param, index) => checkParam(param, `params[${index}].key`));
    tags.forEach((tag, index) => checkTag(tag, `tags[${index}].key`));
    checkUnique(params.map(({ key }) => key));
    const logged = metrics.map(toLogged);
    await Promise.all([
      tracking.runs.log(workspaceKey, runId, { metrics: logged, params: toRecord(params), tags: toRecord(tags) }),
      tracking.loggedModels.logMetrics(workspaceKey, runId, logged),
    ]);
    return {};
  },
});

const getHistory = defineOperation({
  method: "GET",
  path: "/mlflow/metrics/get-history",
  action: "experiments/runs/read",
  input: withRunId({ metric_key: requiredText, page_token: optionalText, max_results: optionalInteger }),
  async handle(input, { tracking, workspaceKey }) {
    const limit = readLimit(input.max_results);
    const page = await tracking.runs.history(workspaceKey, input.run_id, {
      key: input.metric_key,
      from: readPosition(input.page_token),
      ...(limit !== undefined && { limit }),
    });
    return {
      metrics: page.points.map((point) => renderMetric(input.metric_key, point)),
      next_page_token: page.next === undefined ? undefined : String(page.next),
    };
  },
});

/** What the charts of MLflow's own pages ask for. */
const getHistoryBulk = defineOperation({
  method: "GET",
  path: "/mlflow/metrics/get-history-bulk",
  action: "experiments/runs/read",
  input: z.object({ run_id: list(requiredText), metric_key: requiredText, max_results: optionalInteger }),
  async handle(input, { tracking, workspaceKey }) {
    checkBulk(input.run_id, "run_id");
    const limit = Math.min(input.max_results ?? HISTORY_POINTS_MAX, HISTORY_POINTS_MAX);
    const metrics: object[] = [];
    for (const runId of input.run_id.toSorted()) {
      const page = await tracking.runs.history(workspaceKey, runId, { key: input.metric_key, limit });
      metrics.push(...page.points.map((point) => ({ ...renderMetric(input.metric_key, point), run_id: runId })));
    }
    return { metrics: metrics.slice(0, limit) };
  },
});

const getHistoryInterval = defineOperation({
  method: "GET",
  path: "/mlflow/metrics/get-history-bulk-interval",
  action: "experiments/runs/read",
  input: z.object({
    run_ids: list(requiredText),
    metric_key: requiredText,
    start_step: optionalInteger,
    end_step: optionalInteger,
    max_results: optionalInteger,
  }),
  async handle(input, { tracking, workspaceKey }) {
    checkBulk(input.run_ids, "run_ids");
    const limit = Math.max(1, Math.min(input.max_results ?? SAMPLES_PRESET, SAMPLES_MAX));
    const first = input.start_step ?? Number.NEGATIVE_INFINITY;
    const last = input.end_step ?? Number.POSITIVE_INFINITY;
    const metrics: object[] = [];
    for (const runId of input.run_ids) {
      const { points } = await tracking.runs.history(workspaceKey, runId, { key: input.metric_key });
      const within = points.filter(({ step }) => step >= first && step <= last);
      for (const { value, at, step } of sampleEvenly(within, limit)) {
        metrics.push({ key: input.metric_key, value: renderDouble(value), timestamp: at, step, run_id: runId });
      }
    }
    return { metrics };
  },
});

const SAMPLES_PRESET = 320;
const SAMPLES_MAX = 2_500;

/** At most `count` members, the first and the last among them. */
function sampleEvenly<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items;
  const stride = (items.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * stride)]).filter(
    (item) => item !== undefined,
  );
}

function toLogged({ key, value, timestamp, step, ...rest }: Metric) {
  return {
    key,
    value,
    at: timestamp,
    step: step ?? 0,
    modelId: rest.model_id,
    datasetName: rest.dataset_name,
    datasetDigest: rest.dataset_digest,
  };
}

function readLimit(requested: number | undefined): number | undefined {
  if (requested === undefined) return undefined;
  if (requested > 0) return Math.min(requested, HISTORY_POINTS_MAX);
  throw new PlatformError(
    "BadRequest",
    `Invalid value ${requested} for parameter 'max_results' supplied. It must be a positive integer.`,
    { target: "max_results" },
  );
}

function readPosition(token: string | undefined): number {
  if (token === undefined) return 0;
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw new PlatformError("BadRequest", `Invalid page token '${token}'. Ask for the first page again.`, {
    target: "page_token",
  });
}

function checkCount(what: string, count: number, max: number): void {
  if (count <= max) return;
  throw new PlatformError(
    "BadRequest",
    `A batch logging request can contain at most ${max} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
    { target: what },
  );
}

function checkUnique(keys: readonly string[]): void {
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (repeated.length === 0) return;
  throw new PlatformError(
    "BadRequest",
    `Duplicate parameter keys have been submitted: ['${repeated.join("', '")}']. Please ensure the request contains only one param value per param key.`,
    { target: "params" },
  );
}

function checkBulk(runIds: readonly string[], field: string): void {
  if (runIds.length > 0 && runIds.length <= RUNS_PER_BULK_MAX) return;
  throw new PlatformError(
    "BadRequest",
    `GetMetricHistoryBulk request must name 1 to ${RUNS_PER_BULK_MAX} values of ${field}. Received ${runIds.length}.`,
    { target: field },
  );
}

export const metricOperations: readonly Operation[] = [
  logMetric,
  logBatch,
  getHistory,
  getHistoryBulk,
  getHistoryInterval,
];
