import { findResourceType } from "@lazuli/contract/catalog.ts";
import { childId, renderResourceId, resourceTypeOf, type ResourcePath } from "@lazuli/contract/resource-id.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";

import type { ArmDependencies } from "./arm-dependencies.ts";

/** Registry whose environments every workspace shows as if they were its own, as Azure does with curated ones. */
const SYSTEM_REGISTRY = "azureml";
/** Old names of curated environments carry this prefix. */
const CURATED_PREFIX = /^AzureML-/i;

export interface SharedEnvironment {
  /** What the path stands for in the registry: a container, a version, or (with `listed`) the container of versions. */
  readonly id: string;
  readonly listed: ResourceType | undefined;
  /** Ids that begin so are shown with `asked` instead. */
  readonly own: string;
  readonly asked: string;
}

/** The curated environment that a workspace's path stands for, unless the workspace has one of that name itself. */
export async function findSharedEnvironment(
  path: ResourcePath,
  deps: ArmDependencies,
): Promise<SharedEnvironment | undefined> {
  const [, environment, version] = path.segments;
  const type = resourceTypeOf(path).toLowerCase();
  if (environment === undefined || !type.startsWith("workspaces/environments")) return undefined;
  const asked = renderResourceId({ ...path, segments: path.segments.slice(0, 2) });
  if ((await deps.engine.resources.find(asked)) !== undefined) return undefined;
  const registries = await deps.engine.store.listByType("registries");
  const registry = registries.find(({ name }) => name.toLowerCase() === SYSTEM_REGISTRY);
  if (registry === undefined) return undefined;
  const own = childId(registry.id, "environments", environment[1].replace(CURATED_PREFIX, ""));
  if ((await deps.engine.resources.find(own)) === undefined) return undefined;
  const isList = path.trailing?.toLowerCase() === "versions";
  if (path.trailing !== undefined && !isList) return undefined;
  return {
    id: version === undefined ? own : childId(own, version[0], version[1]),
    listed: isList ? findResourceType("registries/environments/versions") : undefined,
    own,
    asked,
  };
}

/** An answer about the registry's environment in the words of the workspace. */
export function showAsOwn(body: unknown, shared: SharedEnvironment): unknown {
  const text = JSON.stringify(body).replaceAll("MachineLearningServices/registries/environments", OWN_TYPE);
  return JSON.parse(text.replaceAll(`"${shared.own}`, `"${shared.asked}`));
}

const OWN_TYPE = "MachineLearningServices/workspaces/environments";
