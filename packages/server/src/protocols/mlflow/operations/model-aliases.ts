import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { defineOperation, type Operation } from "../operation.ts";
import { getModel, getVersion } from "../registry/registry-resources.ts";
import { renderVersion } from "../registry/render-models.ts";
import { requiredText } from "../wire-fields.ts";

const ALIAS = /^[\w-]{1,255}$/;
const VERSION_ALIAS = /^v\d+$/i;

const byAlias = z.object({ name: requiredText, alias: requiredText });

const set = defineOperation({
  method: "POST",
  path: "/mlflow/registered-models/alias",
  action: "models/write",
  input: z.object({ name: requiredText, alias: requiredText, version: requiredText }),
  async handle({ name, alias, version }, context) {
    checkAlias(alias);
    await getVersion(context, name, version);
    await context.tracking.aliases.set(context.workspaceKey, name, { name: alias, version });
    return {};
  },
});

const remove = defineOperation({
  method: "DELETE",
  path: "/mlflow/registered-models/alias",
  action: "models/write",
  input: byAlias,
  async handle({ name, alias }, context) {
    await getModel(context, name);
    await context.tracking.aliases.remove(context.workspaceKey, name, alias);
    return {};
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/registered-models/alias",
  action: "models/read",
  input: byAlias,
  async handle({ name, alias }, context) {
    const model = await getModel(context, name);
    const aliases = await context.tracking.aliases.list(context.workspaceKey, name);
    const version = aliases.get(alias);
    if (version === undefined) {
      throw new PlatformError("BadRequest", `Registered model alias ${alias} not found.`, { target: "alias" });
    }
    return { model_version: renderVersion(await getVersion(context, name, version), model.name, aliases) };
  },
});

function checkAlias(alias: string): void {
  if (!ALIAS.test(alias)) {
    throw new PlatformError(
      "BadRequest",
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
      { target: "alias" },
    );
  }
  if (alias.toLowerCase() === "latest") {
    throw new PlatformError("BadRequest", "'latest' alias name (case insensitive) is reserved.", { target: "alias" });
  }
  if (VERSION_ALIAS.test(alias)) {
    throw new PlatformError("BadRequest", `Version alias name '${alias}' is reserved.`, { target: "alias" });
  }
}

export const modelAliasOperations: readonly Operation[] = [set, remove, get];
