import { PlatformError } from "@lazuli/contract/errors.ts";
import type { WorkspaceScope } from "@lazuli/sdk/client.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { homeFolder, readJson } from "./connection.ts";

/** Subscription, resource group and workspace, as far as one source names them. */
export type PartialScope = { readonly [K in keyof WorkspaceScope]?: string | undefined };

const CONFIG_FOLDERS_MAX = 64;

/** The first source that names each part wins: flags, environment, `.azureml/config.json`, `configure`, the server. */
export function resolveScope(flags: PartialScope, server: PartialScope): WorkspaceScope {
  const sources = [flags, fromEnvironment(), fromConfigFile(process.cwd()), readDefaults(), server];
  const pick = (part: keyof WorkspaceScope, flag: string) => {
    const found = sources.map((source) => source[part]).find((value) => value !== undefined && value !== "");
    if (found !== undefined) return found;
    throw new PlatformError(
      "BadRequest",
      `No ${part} is named; add '${flag}', or set a default with 'lazuli configure --defaults'.`,
    );
  };
  return {
    subscription: pick("subscription", "--subscription"),
    resourceGroup: pick("resourceGroup", "--resource-group"),
    workspace: pick("workspace", "--workspace-name"),
  };
}

function fromEnvironment(): PartialScope {
  const env = process.env;
  return {
    subscription: env["AZURE_SUBSCRIPTION_ID"] ?? env["AZUREML_ARM_SUBSCRIPTION"],
    resourceGroup: env["AZURE_DEFAULTS_GROUP"] ?? env["AZUREML_ARM_RESOURCEGROUP"],
    workspace: env["AZURE_DEFAULTS_WORKSPACE"] ?? env["AZUREML_ARM_WORKSPACE_NAME"],
  };
}

/** `.azureml/config.json` or `config.json` here or in a folder above, as `MLClient.from_config` finds it. */
function fromConfigFile(start: string): PartialScope {
  let folder = resolve(start);
  for (let depth = 0; depth < CONFIG_FOLDERS_MAX; depth += 1) {
    const found = readJson(join(folder, ".azureml", "config.json")) ?? readJson(join(folder, "config.json"));
    const { subscription_id, resource_group, workspace_name } = found ?? {};
    if (typeof workspace_name === "string") {
      return { subscription: text(subscription_id), resourceGroup: text(resource_group), workspace: workspace_name };
    }
    if (dirname(folder) === folder) return {};
    folder = dirname(folder);
  }
  return {};
}

/** What `configure --defaults` and `az account set` stored. */
export function readDefaults(): PartialScope & { readonly location?: string | undefined } {
  const { subscription, group, workspace, location } = readJson(defaultsFile()) ?? {};
  return {
    subscription: text(subscription),
    resourceGroup: text(group),
    workspace: text(workspace),
    location: text(location),
  };
}

/** Stores `group=…`, `workspace=…` and the like; an empty value forgets. */
export function writeDefaults(changes: Readonly<Record<string, string>>): void {
  const path = defaultsFile();
  const kept = Object.entries({ ...readJson(path), ...changes }).filter(([, value]) => value !== "");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`, { mode: 0o600 });
}

function defaultsFile(): string {
  return join(homeFolder(), "cli.json");
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
