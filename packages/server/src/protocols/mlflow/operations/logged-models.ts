import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { LOGGED_MODEL_VOCABULARY } from "../../../domain/tracking-search/search-grammar.ts";
import { parseIdentifier } from "../../../domain/tracking-search/parse-filter.ts";
import { tokenize } from "../../../domain/tracking-search/tokenize.ts";
import { MODEL_STATUSES } from "../../../tracking/logged-model-rows.ts";
import type { LoggedModelSort } from "../../../tracking/logged-model-search.ts";
import { listFolder } from "../artifacts/artifact-store.ts";
import { parseArtifactUri } from "../artifacts/artifact-path.ts";
import { alsoAs, defineOperation, type Operation } from "../operation.ts";
import { readFilter } from "../parse-search.ts";
import { renderLoggedModel } from "../render-entities.ts";
import { checkKey, checkParam, checkTag } from "../validate-entities.ts";
import { anyText, keyValue, list, optionalText, pageSize, requiredText, toRecord } from "../wire-fields.ts";

const MODELS_PER_PAGE = 100;
const MODELS_PER_PAGE_MAX = 50_000;
const DEFAULT_EXPERIMENT_ID = "0";
const FORBIDDEN_NAME_CHARACTERS = ["/", ":", ".", "%", '"', "'"];

const byId = z.object({ model_id: requiredText });

const create = defineOperation({
  method: "POST",
  path: "/mlflow/logged-models",
  action: "experiments/runs/write",
  input: z.object({
    experiment_id: optionalText,
    name: optionalText,
    model_type: anyText,
    source_run_id: anyText,
    params: list(keyValue),
    tags: list(keyValue),
  }),
  async handle(input, { tracking, workspaceKey }) {
    const name = input.name ?? "model";
    checkModelName(name);
    input.params.forEach((param, index) => checkParam(param, `params[${index}].key`));
    input.tags.forEach((tag, index) => checkTag(tag, `tags[${index}].key`));
    const model = await tracking.loggedModels.create({
      workspaceKey,
      experimentId: input.experiment_id ?? DEFAULT_EXPERIMENT_ID,
      name,
      modelType: input.model_type,
      sourceRunId: input.source_run_id,
      params: toRecord(input.params),
      tags: toRecord(input.tags),
    });
    return { model: renderLoggedModel(model) };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/logged-models/{model_id}",
  action: "experiments/runs/read",
  input: byId,
  handle: async (input, { tracking, workspaceKey }) => ({
    model: renderLoggedModel(await tracking.loggedModels.get(workspaceKey, input.model_id)),
  }),
});

const finalize = defineOperation({
  method: "PATCH",
  path: "/mlflow/logged-models/{model_id}",
  action: "experiments/runs/write",
  input: z.object({ model_id: requiredText, status: z.enum(MODEL_STATUSES) }),
  handle: async (input, { tracking, workspaceKey }) => ({
    model: renderLoggedModel(await tracking.loggedModels.setStatus(workspaceKey, input.model_id, input.status)),
  }),
});

const remove = defineOperation({
  method: "DELETE",
  path: "/mlflow/logged-models/{model_id}",
  action: "experiments/runs/delete",
  input: byId,
  async handle(input, { tracking, workspaceKey }) {
    await tracking.loggedModels.remove(workspaceKey, input.model_id);
    return {};
  },
});

const setTags = defineOperation({
  method: "PATCH",
  path: "/mlflow/logged-models/{model_id}/tags",
  action: "experiments/runs/write",
  input: z.object({ model_id: requiredText, tags: list(keyValue) }),
  async handle(input, { tracking, workspaceKey }) {
    input.tags.forEach((tag, index) => checkTag(tag, `tags[${index}].key`));
    const model = await tracking.loggedModels.setTags(workspaceKey, input.model_id, toRecord(input.tags));
    return { model: renderLoggedModel(model) };
  },
});

const removeTag = defineOperation({
  method: "DELETE",
  path: "/mlflow/logged-models/{model_id}/tags/{tag_key}",
  action: "experiments/runs/write",
  input: z.object({ model_id: requiredText, tag_key: requiredText }),
  async handle(input, { tracking, workspaceKey }) {
    checkKey(input.tag_key, "tag_key", "key");
    await tracking.loggedModels.removeTag(workspaceKey, input.model_id, input.tag_key);
    return {};
  },
});

const logParams = defineOperation({
  method: "POST",
  path: "/mlflow/logged-models/{model_id}/params",
  action: "experiments/runs/write",
  input: z.object({ model_id: requiredText, params: list(keyValue) }),
  async handle(input, { tracking, workspaceKey }) {
    input.params.forEach((param, index) => checkParam(param, `params[${index}].key`));
    await tracking.loggedModels.logParams(workspaceKey, input.model_id, toRecord(input.params));
    return {};
  },
});

const datasetFilter = z.object({ dataset_name: requiredText, dataset_digest: optionalText });

const sortKey = z.object({
  field_name: requiredText,
  ascending: z.boolean().nullish(),
  dataset_name: optionalText,
  dataset_digest: optionalText,
});

const search = defineOperation({
  method: "POST",
  path: "/mlflow/logged-models/search",
  action: "experiments/runs/read",
  input: z.object({
    experiment_ids: list(z.string()),
    filter: anyText,
    datasets: list(datasetFilter),
    max_results: pageSize(MODELS_PER_PAGE, MODELS_PER_PAGE_MAX),
    order_by: list(sortKey),
    page_token: optionalText,
  }),
  async handle(input, { tracking, workspaceKey }) {
    const page = await tracking.loggedModels.search({
      workspaceKey,
      experimentIds: input.experiment_ids,
      filter: readFilter(input.filter, LOGGED_MODEL_VOCABULARY),
      datasets: input.datasets.map(toDataset),
      order: input.order_by.map(toSort),
      limit: input.max_results,
      ...(input.page_token !== undefined && { after: input.page_token }),
    });
    return { models: page.items.map(renderLoggedModel), next_page_token: page.next };
  },
});

const listArtifacts = defineOperation({
  method: "GET",
  path: "/mlflow/logged-models/{model_id}/artifacts/directories",
  action: "experiments/runs/read",
  input: z.object({ model_id: requiredText, artifact_directory_path: anyText, page_token: optionalText }),
  async handle(input, context) {
    const model = await context.tracking.loggedModels.get(context.workspaceKey, input.model_id);
    const root = parseArtifactUri(model.artifactUri);
    const files = await listFolder(context, root, input.artifact_directory_path);
    return { root_uri: model.artifactUri, files };
  },
});

function toDataset(filter: z.infer<typeof datasetFilter>) {
  return { name: filter.dataset_name, digest: filter.dataset_digest };
}

function toSort(key: z.infer<typeof sortKey>): LoggedModelSort {
  const tokens = tokenize(key.field_name);
  const [token] = tokens.ok ? tokens.value : [];
  const identifier = token === undefined ? undefined : parseIdentifier(token, LOGGED_MODEL_VOCABULARY);
  if (identifier?.ok !== true || (identifier.value.entity !== "attribute" && identifier.value.entity !== "metric")) {
    throw new PlatformError("BadRequest", `Invalid order_by field name: ${key.field_name}`, { target: "order_by" });
  }
  const isMetric = identifier.value.entity === "metric";
  return {
    attribute: isMetric ? undefined : identifier.value.key,
    metric: isMetric ? identifier.value.key : undefined,
    isAscending: key.ascending ?? true,
    dataset: key.dataset_name === undefined ? undefined : { name: key.dataset_name, digest: key.dataset_digest },
  };
}

function checkModelName(name: string): void {
  const isBad = FORBIDDEN_NAME_CHARACTERS.some((character) => name.includes(character)) || name.trim() === "";
  if (!isBad) return;
  throw new PlatformError(
    "BadRequest",
    `Invalid model name (${name}) provided. Model name must be a non-empty string and cannot contain the following characters: ${JSON.stringify(FORBIDDEN_NAME_CHARACTERS)}`,
    { target: "name" },
  );
}

export const loggedModelOperations: readonly Operation[] = [
  create,
  ...alsoAs(search, "GET"),
  get,
  finalize,
  remove,
  setTags,
  removeTag,
  logParams,
  listArtifacts,
];
