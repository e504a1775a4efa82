import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { MODEL_VERSION_VOCABULARY, type Comparison } from "../../../domain/tracking-search/search-grammar.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { defineOperation, type Operation, type OperationContext } from "../operation.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { readFlavors } from "../registry/read-flavors.ts";
import {
  changeAsset,
  getModel,
  getVersion,
  listModels,
  listVersions,
  readAsset,
} from "../registry/registry-resources.ts";
import {
  compareVersions,
  MODEL_ID_PROPERTY,
  renderVersion,
  RUN_LINK_PROPERTY,
  SOURCE_PROPERTY,
  stageOf,
  STAGES,
  versionNumber,
} from "../registry/render-models.ts";
import { renderDownloadUri, resolveSource, type ModelSource } from "../registry/resolve-source.ts";
import { searchMembers } from "../registry/search-registry.ts";
import { checkModelTag } from "../validate-entities.ts";
import { anyText, flag, keyValue, list, optionalText, pageSize, requiredText, toRecord } from "../wire-fields.ts";
import { without } from "./registered-models.ts";

const VERSIONS_PER_PAGE = 10_000;
const VERSIONS_PER_PAGE_MAX = 200_000;
const NUMBER_TRIES_MAX = 20;

const byVersion = { name: requiredText, version: requiredText };

const createInput = z.object({
  name: requiredText,
  source: requiredText,
  run_id: optionalText,
  run_link: optionalText,
  model_id: optionalText,
  description: anyText,
  tags: list(keyValue),
});

const create = defineOperation({
  method: "POST",
  path: "/mlflow/model-versions/create",
  action: "models/write",
  input: createInput,
  async handle(input, context) {
    input.tags.forEach(checkModelTag);
    const model = await getModel(context, input.name);
    const source = await resolveSource({ source: input.source, runId: input.run_id, modelId: input.model_id }, context);
    const flavors = source.path === undefined ? undefined : await readFlavors(source.path, context);
    const version = await putNext(
      model,
      { ...describe(input, source), flavors, modelType: flavors === undefined ? "custom_model" : "mlflow_model" },
      context,
    );
    return { model_version: renderVersion(version, model.name, new Map()) };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/model-versions/get",
  action: "models/read",
  input: z.object(byVersion),
  handle: async ({ name, version }, context) => render(await getVersion(context, name, version), name, context),
});

const update = defineOperation({
  method: "PATCH",
  path: "/mlflow/model-versions/update",
  action: "models/write",
  input: z.object({ ...byVersion, description: anyText }),
  async handle({ name, version, description }, context) {
    const changed = await changeAsset(
      context,
      () => getVersion(context, name, version),
      () => ({ description }),
    );
    return render(changed, name, context);
  },
});

const remove = defineOperation({
  method: "DELETE",
  path: "/mlflow/model-versions/delete",
  action: "models/delete",
  input: z.object(byVersion),
  async handle({ name, version }, context) {
    const found = await getVersion(context, name, version);
    await context.resources.remove(found.id, context.principal);
    await context.tracking.aliases.forget(context.workspaceKey, name, found.name);
    return {};
  },
});

const transition = defineOperation({
  method: "POST",
  path: "/mlflow/model-versions/transition-stage",
  action: "models/write",
  input: z.object({ ...byVersion, stage: requiredText, archive_existing_versions: flag }),
  async handle(input, context) {
    const stage = STAGES.find((known) => known.toLowerCase() === input.stage.toLowerCase());
    if (stage === undefined) {
      throw new PlatformError(
        "BadRequest",
        `Invalid Model Version stage: ${input.stage}. Value must be one of ${STAGES.join(", ")}.`,
        { target: "stage" },
      );
    }
    const model = await getModel(context, input.name);
    const version = await getVersion(context, input.name, input.version);
    if (input.archive_existing_versions) await archiveOthers({ model, version, stage }, context);
    const changed = await changeAsset(
      context,
      () => getVersion(context, input.name, input.version),
      () => ({ stage }),
    );
    return render(changed, input.name, context);
  },
});

const getDownloadUri = defineOperation({
  method: "GET",
  path: "/mlflow/model-versions/get-download-uri",
  action: "models/read",
  input: z.object(byVersion),
  async handle({ name, version }, context) {
    const { modelUri } = readAsset(await getVersion(context, name, version));
    return { artifact_uri: await renderDownloadUri(modelUri ?? "", context) };
  },
});

const search = defineOperation({
  method: "GET",
  path: "/mlflow/model-versions/search",
  action: "models/read",
  input: z.object({
    filter: anyText,
    max_results: pageSize(VERSIONS_PER_PAGE, VERSIONS_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
  }),
  async handle(input, context) {
    const filter = readFilter(input.filter, MODEL_VERSION_VOCABULARY);
    const page = searchMembers(await listNamedVersions(filter, context), {
      filter,
      order: readOrder(input.order_by, MODEL_VERSION_VOCABULARY),
      ties: [
        { entity: "attribute", key: "last_updated_timestamp", isAscending: false },
        { entity: "attribute", key: "name", isAscending: true },
        { entity: "attribute", key: "version_number", isAscending: false },
      ],
      limit: input.max_results,
      after: input.page_token,
      valueOf: valueOfVersion,
    });
    return {
      model_versions: page.items.map(({ version, model, aliases }) => renderVersion(version, model, aliases)),
      next_page_token: page.next,
    };
  },
});

const setTag = defineOperation({
  method: "POST",
  path: "/mlflow/model-versions/set-tag",
  action: "models/write",
  input: z.object({ ...byVersion, key: requiredText, value: anyText }),
  async handle({ name, version, key, value }, context) {
    checkModelTag({ key, value });
    const change = { [key]: value };
    await changeAsset(
      context,
      () => getVersion(context, name, version),
      ({ tags }) => ({ tags: { ...tags, ...change } }),
    );
    return {};
  },
});

const removeTag = defineOperation({
  method: "DELETE",
  path: "/mlflow/model-versions/delete-tag",
  action: "models/write",
  input: z.object({ ...byVersion, key: requiredText }),
  async handle({ name, version, key }, context) {
    await changeAsset(
      context,
      () => getVersion(context, name, version),
      ({ tags }) => ({ tags: without(tags ?? {}, key) }),
    );
    return {};
  },
});

interface NamedVersion {
  readonly version: Resource;
  readonly model: string;
  readonly aliases: ReadonlyMap<string, string>;
}

/** All versions, or those of the models that the filter names. */
async function listNamedVersions(filter: readonly Comparison[], context: OperationContext): Promise<NamedVersion[]> {
  const names = filter.find(({ key, operator }) => key === "name" && operator === "=");
  const models = (await listModels(context)).filter((model) => names === undefined || model.name === names.value);
  const versions: NamedVersion[] = [];
  for (const model of models) {
    const aliases = await context.tracking.aliases.list(context.workspaceKey, model.name);
    const found = await listVersions(context, model);
    versions.push(...found.map((version) => ({ version, model: model.name, aliases })));
  }
  return versions;
}

function valueOfVersion({ version, model }: NamedVersion, { entity, key }: Pick<Comparison, "entity" | "key">) {
  const asset = readAsset(version);
  if (entity === "tag") return asset.tags?.[key];
  if (key === "name") return model;
  if (key === "run_id") return asset.jobName ?? "";
  if (key === "source_path") return asset.properties?.[SOURCE_PROPERTY] ?? asset.modelUri ?? "";
  if (key === "version_number") return versionNumber(version.name);
  return key === "creation_timestamp" ? version.createdAt : version.updatedAt;
}

function describe(input: z.infer<typeof createInput>, source: ModelSource) {
  return {
    description: input.description,
    tags: toRecord(input.tags),
    modelUri: source.modelUri,
    ...(source.runId !== undefined && { jobName: source.runId }),
    properties: {
      [SOURCE_PROPERTY]: input.source,
      ...(input.run_link !== undefined && { [RUN_LINK_PROPERTY]: input.run_link }),
      ...(input.model_id !== undefined && { [MODEL_ID_PROPERTY]: input.model_id }),
    },
  };
}

/** Takes the next free number; another one when somebody else took it a moment before. */
async function putNext(model: Resource, properties: object, context: OperationContext): Promise<Resource> {
  const names = (await listVersions(context, model)).map((version) => version.name);
  const highest = names.toSorted(compareVersions).at(-1);
  const first = highest === undefined ? 1 : versionNumber(highest) + 1;
  for (let number = first; number < first + NUMBER_TRIES_MAX; number += 1) {
    try {
      const id = `${model.id}/versions/${number}`;
      const accepted = await context.resources.put({ id, properties, principal: context.principal, ifNoneMatch: "*" });
      return accepted.resource;
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== "PreconditionFailed") throw error;
    }
  }
  throw new PlatformError("Unavailable", `Model Version creation error (name=${model.name}). Try again.`);
}

async function archiveOthers(
  { model, version, stage }: { readonly model: Resource; readonly version: Resource; readonly stage: string },
  context: OperationContext,
): Promise<void> {
  for (const other of await listVersions(context, model)) {
    if (other.key === version.key || stageOf(other) !== stage) continue;
    await changeAsset(
      context,
      () => context.resources.get(other.id),
      () => ({ stage: "Archived" }),
    );
  }
}

async function render(version: Resource, name: string, context: OperationContext) {
  const aliases = await context.tracking.aliases.list(context.workspaceKey, name);
  return { model_version: renderVersion(version, name, aliases) };
}

export const modelVersionOperations: readonly Operation[] = [
  create,
  get,
  update,
  remove,
  transition,
  getDownloadUri,
  search,
  setTag,
  removeTag,
];
