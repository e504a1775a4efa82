import { z } from "zod";

import { defineOperation, type Operation } from "../operation.ts";
import { checkLength } from "../validate-entities.ts";
import { integer, keyValue, list, optionalText, requiredText, toRecord, withRunId } from "../wire-fields.ts";

const DATASET_NAME_CHARS_MAX = 500;
const DATASET_DIGEST_CHARS_MAX = 36;
const DATASET_SOURCE_CHARS_MAX = 65_535;
const DATASET_SCHEMA_CHARS_MAX = 1_048_575;
const DATASET_PROFILE_CHARS_MAX = 16_777_215;
const INPUT_TAG_KEY_CHARS_MAX = 255;
const INPUT_TAG_VALUE_CHARS_MAX = 500;
const EXPERIMENTS_PER_SEARCH_MAX = 20;

const dataset = z.object({
  name: requiredText,
  digest: requiredText,
  source_type: requiredText,
  source: requiredText,
  schema: optionalText,
  profile: optionalText,
});
const datasetInput = z.object({ tags: list(keyValue), dataset });

const logInputs = defineOperation({
  method: "POST",
  path: "/mlflow/runs/log-inputs",
  action: "experiments/runs/write",
  input: withRunId({ datasets: list(datasetInput), models: list(z.object({ model_id: requiredText })) }),
  async handle({ run_id: runId, datasets, models }, { tracking, workspaceKey }) {
    datasets.forEach(checkDatasetInput);
    await tracking.runs.logInputs(workspaceKey, runId, {
      datasets: datasets.map((input) => ({
        tags: toRecord(input.tags),
        dataset: {
          name: input.dataset.name,
          digest: input.dataset.digest,
          sourceType: input.dataset.source_type,
          source: input.dataset.source,
          schema: input.dataset.schema,
          profile: input.dataset.profile,
        },
      })),
      modelIds: models.map((model) => model.model_id),
    });
    return {};
  },
});

const logOutputs = defineOperation({
  method: "POST",
  path: "/mlflow/runs/outputs",
  action: "experiments/runs/write",
  input: withRunId({ models: list(z.object({ model_id: requiredText, step: integer.nullish() })) }),
  async handle({ run_id: runId, models }, { tracking, workspaceKey }) {
    const outputs = models.map((model) => ({ modelId: model.model_id, step: model.step ?? 0 }));
    await tracking.runs.logOutputs(workspaceKey, runId, outputs);
    return {};
  },
});

const searchDatasets = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/search-datasets",
  action: "experiments/read",
  input: z.object({ experiment_ids: list(requiredText).refine((ids) => ids.length <= EXPERIMENTS_PER_SEARCH_MAX) }),
  async handle({ experiment_ids: experimentIds }, { tracking, workspaceKey }) {
    const summaries = await tracking.runs.searchDatasets(workspaceKey, experimentIds);
    return {
      dataset_summaries: summaries.map(({ experimentId, name, digest, context }) => ({
        experiment_id: experimentId,
        name,
        digest,
        context,
      })),
    };
  },
});

function checkDatasetInput(input: z.infer<typeof datasetInput>): void {
  checkLength("name", input.dataset.name, DATASET_NAME_CHARS_MAX);
  checkLength("digest", input.dataset.digest, DATASET_DIGEST_CHARS_MAX);
  checkLength("source", input.dataset.source, DATASET_SOURCE_CHARS_MAX);
  checkLength("schema", input.dataset.schema ?? "", DATASET_SCHEMA_CHARS_MAX);
  checkLength("profile", input.dataset.profile ?? "", DATASET_PROFILE_CHARS_MAX);
  for (const { key, value } of input.tags) {
    checkLength("key", key, INPUT_TAG_KEY_CHARS_MAX);
    checkLength("value", value, INPUT_TAG_VALUE_CHARS_MAX);
  }
}

export const runInputOperations: readonly Operation[] = [logInputs, logOutputs, searchDatasets];
