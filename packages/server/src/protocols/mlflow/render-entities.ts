import type { Experiment } from "../../tracking/experiments.ts";
import type { LoggedModel } from "../../tracking/logged-model-rows.ts";
import type { Dataset } from "../../tracking/run-inputs.ts";
import type { TrackedRun } from "../../tracking/run-rows.ts";
import type { MetricPoint, Run } from "../../tracking/tracking-store.ts";
import { toPairs } from "./wire-fields.ts";

export function renderExperiment(experiment: Experiment) {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: toPairs(experiment.tags),
  };
}

export function renderRunInfo(run: Run) {
  return {
    run_id: run.runId,
    run_uuid: run.runId,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: run.userId,
    status: run.status,
    start_time: run.startedAt,
    end_time: run.endedAt,
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.lifecycleStage,
  };
}

export function renderRun(run: TrackedRun) {
  const data = {
    metrics: Object.entries(run.metrics).map(([key, point]) => renderMetric(key, point)),
    params: toPairs(run.params),
    tags: toPairs(run.tags),
  };
  const { datasets, modelInputs, modelOutputs } = run.links;
  const inputs = {
    dataset_inputs: datasets.map(({ dataset, tags }) => ({ tags: toPairs(tags), dataset: renderDataset(dataset) })),
    model_inputs: modelInputs.map((modelId) => ({ model_id: modelId })),
  };
  const outputs = { model_outputs: modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })) };
  return { info: renderRunInfo(run), data, inputs, outputs };
}

function renderDataset(dataset: Dataset) {
  return {
    name: dataset.name,
    digest: dataset.digest,
    source_type: dataset.sourceType,
    source: dataset.source,
    schema: dataset.schema,
    profile: dataset.profile,
  };
}

export function renderMetric(key: string, { value, at, step }: MetricPoint) {
  return { key, value: renderDouble(value), timestamp: at, step };
}

/** JSON has no NaN and no infinity; protobuf writes them as text. */
export function renderDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function renderLoggedModel(model: LoggedModel) {
  const info = {
    model_id: model.modelId,
    experiment_id: model.experimentId,
    name: model.name,
    creation_timestamp_ms: model.createdAt,
    last_updated_timestamp_ms: model.updatedAt,
    artifact_uri: model.artifactUri,
    status: model.status,
    status_message: model.statusMessage,
    model_type: model.modelType,
    source_run_id: model.sourceRunId,
    tags: toPairs(model.tags),
  };
  const metrics = model.metrics.map((metric) => ({
    ...renderMetric(metric.key, metric),
    model_id: model.modelId,
    run_id: metric.runId,
    ...(metric.datasetName !== "" && { dataset_name: metric.datasetName, dataset_digest: metric.datasetDigest }),
  }));
  return { info, data: { params: toPairs(model.params), metrics } };
}
