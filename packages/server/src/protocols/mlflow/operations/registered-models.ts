import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { REGISTERED_MODEL_VOCABULARY, type Comparison } from "../../../domain/tracking-search/search-grammar.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { alsoAs, defineOperation, type Operation, type OperationContext } from "../operation.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { changeAsset, getModel, listModels, listVersions, modelId, readAsset } from "../registry/registry-resources.ts";
import { latestVersions, renderModel, renderVersion, STAGES } from "../registry/render-models.ts";
import { PROMPT_TAG, searchMembers } from "../registry/search-registry.ts";
import { checkModelTag } from "../validate-entities.ts";
import { anyText, keyValue, list, optionalText, pageSize, requiredText, toRecord } from "../wire-fields.ts";

const MODELS_PER_PAGE = 100;
const MODELS_PER_PAGE_MAX = 1_000;

const byName = z.object({ name: requiredText });

const create = defineOperation({
  method: "POST",
  path: "/mlflow/registered-models/create",
  action: "models/write",
  input: z.object({ name: requiredText, tags: list(keyValue), description: anyText }),
  async handle({ name, tags, description }, context) {
    tags.forEach(checkModelTag);
    const id = modelId(context, name);
    const existing = await context.resources.find(id);
    if (existing !== undefined) {
      throw new PlatformError("AlreadyExists", `Registered Model (name=${name}) already exists.`, { target: "name" });
    }
    const properties = { description, tags: toRecord(tags) };
    const accepted = await context.resources.put({ id, properties, principal: context.principal });
    return { registered_model: renderModel(accepted.resource, [], new Map()) };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/registered-models/get",
  action: "models/read",
  input: byName,
  handle: async ({ name }, context) => ({
    registered_model: await renderWhole(await getModel(context, name), context),
  }),
});

const update = defineOperation({
  method: "PATCH",
  path: "/mlflow/registered-models/update",
  action: "models/write",
  input: z.object({ name: requiredText, description: anyText }),
  async handle({ name, description }, context) {
    const model = await changeAsset(
      context,
      () => getModel(context, name),
      () => ({ description }),
    );
    return { registered_model: await renderWhole(model, context) };
  },
});

/** ARM knows no renaming: versions are made again under the new name, then the old model goes. */
const rename = defineOperation({
  method: "POST",
  path: "/mlflow/registered-models/rename",
  action: "models/write",
  input: z.object({ name: requiredText, new_name: requiredText }),
  async handle({ name, new_name: newName }, context) {
    const model = await getModel(context, name);
    const id = modelId(context, newName);
    if ((await context.resources.find(id)) !== undefined) {
      throw new PlatformError("AlreadyExists", `Registered Model (name=${newName}) already exists.`, {
        target: "new_name",
      });
    }
    await copyResource(model, id, context);
    for (const version of await listVersions(context, model)) {
      await copyResource(version, `${id}/versions/${version.name}`, context);
    }
    await context.tracking.aliases.rename(context.workspaceKey, name, newName);
    await context.resources.remove(model.id, context.principal);
    return { registered_model: await renderWhole(await getModel(context, newName), context) };
  },
});

const remove = defineOperation({
  method: "DELETE",
  path: "/mlflow/registered-models/delete",
  action: "models/delete",
  input: byName,
  async handle({ name }, context) {
    const model = await getModel(context, name);
    for (const version of await listVersions(context, model)) {
      await context.resources.remove(version.id, context.principal);
    }
    await context.resources.remove(model.id, context.principal);
    await context.tracking.aliases.forget(context.workspaceKey, name);
    return {};
  },
});

const search = defineOperation({
  method: "GET",
  path: "/mlflow/registered-models/search",
  action: "models/read",
  input: z.object({
    filter: anyText,
    max_results: pageSize(MODELS_PER_PAGE, MODELS_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
  }),
  async handle(input, context) {
    const filter = readFilter(input.filter, REGISTERED_MODEL_VOCABULARY);
    const asksForPrompts = filter.some(({ key }) => key === PROMPT_TAG);
    const models = (await listModels(context)).filter((model) => asksForPrompts || !isPrompt(model));
    const page = searchMembers(models, {
      filter,
      order: readOrder(input.order_by, REGISTERED_MODEL_VOCABULARY),
      ties: [{ entity: "attribute", key: "name", isAscending: true }],
      limit: input.max_results,
      after: input.page_token,
      valueOf: valueOfModel,
    });
    const rendered: object[] = [];
    for (const model of page.items) rendered.push(await renderWhole(model, context));
    return { registered_models: rendered, next_page_token: page.next };
  },
});

const getLatest = defineOperation({
  method: "POST",
  path: "/mlflow/registered-models/get-latest-versions",
  action: "models/read",
  input: z.object({ name: requiredText, stages: list(z.enum(STAGES)) }),
  async handle({ name, stages }, context) {
    const model = await getModel(context, name);
    const aliases = await context.tracking.aliases.list(context.workspaceKey, name);
    const versions = latestVersions(await listVersions(context, model), stages);
    return { model_versions: versions.map((version) => renderVersion(version, model.name, aliases)) };
  },
});

const setTag = defineOperation({
  method: "POST",
  path: "/mlflow/registered-models/set-tag",
  action: "models/write",
  input: z.object({ name: requiredText, key: requiredText, value: anyText }),
  async handle({ name, key, value }, context) {
    checkModelTag({ key, value });
    await changeAsset(
      context,
      () => getModel(context, name),
      ({ tags }) => ({ tags: { ...tags, [key]: value } }),
    );
    return {};
  },
});

const removeTag = defineOperation({
  method: "DELETE",
  path: "/mlflow/registered-models/delete-tag",
  action: "models/write",
  input: z.object({ name: requiredText, key: requiredText }),
  async handle({ name, key }, context) {
    await changeAsset(
      context,
      () => getModel(context, name),
      ({ tags }) => ({ tags: without(tags ?? {}, key) }),
    );
    return {};
  },
});

export function without(tags: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => name !== key));
}

async function renderWhole(model: Resource, context: OperationContext) {
  const aliases = await context.tracking.aliases.list(context.workspaceKey, model.name);
  return renderModel(model, await listVersions(context, model), aliases);
}

async function copyResource(resource: Resource, id: string, context: OperationContext): Promise<void> {
  const { properties, envelope } = resource;
  await context.resources.put({ id, properties, envelope, principal: context.principal });
}

function isPrompt(model: Resource): boolean {
  return readAsset(model).tags?.[PROMPT_TAG] === "true";
}

function valueOfModel(
  model: Resource,
  { entity, key }: Pick<Comparison, "entity" | "key">,
): string | number | undefined {
  if (entity === "tag") return readAsset(model).tags?.[key];
  if (key === "creation_timestamp") return model.createdAt;
  return key === "last_updated_timestamp" ? model.updatedAt : model.name;
}

export const registeredModelOperations: readonly Operation[] = [
  create,
  get,
  update,
  rename,
  remove,
  search,
  ...alsoAs(getLatest, "GET"),
  setTag,
  removeTag,
];
