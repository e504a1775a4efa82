import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Resource } from "../../../engine/resources/resource.ts";
import type { OperationContext } from "../operation.ts";

const MODELS = "workspaces/models";
const VERSIONS = "workspaces/models/versions";
/** Members that one listing reads; a registry that holds more answers with these. */
const MEMBERS_MAX = 20_000;
const PAGE = 500;
const CHANGE_TRIES_MAX = 5;

const textMap = z.record(z.string(), z.string());

/** What an asset's properties say, whoever wrote them. */
const assetShape = z.looseObject({
  description: z.string().nullish(),
  tags: textMap.nullish(),
  properties: textMap.nullish(),
  stage: z.string().nullish(),
  modelUri: z.string().nullish(),
  jobName: z.string().nullish(),
});
export type AssetProperties = z.infer<typeof assetShape>;

export function readAsset(resource: Resource): AssetProperties {
  return assetShape.parse(resource.properties);
}

export function modelId(context: OperationContext, name: string): string {
  checkSegment(name, "name");
  return childId(context.workspaceId, "models", name);
}

function versionId(context: OperationContext, name: string, version: string): string {
  checkSegment(version, "version");
  return childId(modelId(context, name), "versions", version);
}

/** Throws `NotFound` in MLflow's words. */
export async function getModel(context: OperationContext, name: string): Promise<Resource> {
  const model = await context.resources.find(modelId(context, name));
  if (model === undefined || model.deletedAt !== undefined) {
    throw new PlatformError("NotFound", `Registered Model with name=${name} not found`, { target: "name" });
  }
  return model;
}

export async function getVersion(context: OperationContext, name: string, version: string): Promise<Resource> {
  const found = await context.resources.find(versionId(context, name, version));
  if (found === undefined || found.deletedAt !== undefined) {
    throw new PlatformError("NotFound", `Model Version (name=${name}, version=${version}) not found`, {
      target: "version",
    });
  }
  return found;
}

export function listModels(context: OperationContext): Promise<Resource[]> {
  return listMembers(context, { parentKey: context.workspaceKey, type: MODELS });
}

export async function listVersions(context: OperationContext, model: Resource): Promise<Resource[]> {
  return listMembers(context, { parentKey: model.key, type: VERSIONS });
}

async function listMembers(
  { resources }: OperationContext,
  query: { readonly parentKey: string; readonly type: string },
): Promise<Resource[]> {
  const members: Resource[] = [];
  let after: string | undefined;
  do {
    const page = await resources.list({ ...query, limit: PAGE, ...(after !== undefined && { after }) });
    members.push(...page.items.filter((resource) => resource.deletedAt === undefined));
    after = page.next;
  } while (after !== undefined && members.length < MEMBERS_MAX);
  return members;
}

/** Writes changed properties, again when somebody else was faster. */
export async function changeAsset(
  context: OperationContext,
  read: () => Promise<Resource>,
  change: (properties: AssetProperties) => Partial<AssetProperties>,
): Promise<Resource> {
  for (let attempt = 1; ; attempt += 1) {
    const resource = await read();
    try {
      const accepted = await context.resources.put({
        id: resource.id,
        properties: { ...resource.properties, ...change(readAsset(resource)) },
        envelope: resource.envelope,
        principal: context.principal,
        ifMatch: String(resource.revision),
      });
      return accepted.resource;
    } catch (error) {
      const isRace = error instanceof PlatformError && error.code === "PreconditionFailed";
      if (!isRace || attempt >= CHANGE_TRIES_MAX) throw error;
    }
  }
}

/** A name becomes one segment of an id, so it must not look like two. */
function checkSegment(text: string, target: string): void {
  if (!text.includes("/") && !text.includes(":")) return;
  throw new PlatformError("BadRequest", `Invalid model ${target} '${text}'. Names cannot contain '/' or ':'.`, {
    target,
  });
}
