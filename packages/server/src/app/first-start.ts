import { childId, MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { Principal } from "../engine/access/principal.ts";
import { SYSTEM_REGISTRY } from "../engine/data/asset-finder.ts";
import type { Engine } from "../engine/engine.ts";
import type { CuratedEnvironment } from "../resources/environment/curated-environments.ts";

/** What commands and new users find when they name nothing else. */
export const DEFAULTS = {
  subscription: "00000000-0000-4000-8000-000000000001",
  resourceGroup: "lazuli",
  workspace: "main",
} as const;

const REGISTRY_GROUP = "azureml-registry";

/** Provider path of a resource group: what workspaces and registries are children of. */
export function providerPath(subscription: string, resourceGroup: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${MACHINE_LEARNING}`;
}

export function defaultWorkspaceId(): string {
  return childId(providerPath(DEFAULTS.subscription, DEFAULTS.resourceGroup), "workspaces", DEFAULTS.workspace);
}

export function systemRegistryId(): string {
  return childId(providerPath(DEFAULTS.subscription, REGISTRY_GROUP), "registries", SYSTEM_REGISTRY);
}

/** Makes what every home has: a workspace with computes to start in, and a registry. `true` when this is the first start. */
export async function ensureDefaults(
  engine: Engine,
  owner: Principal,
  world: { readonly slotCount: number },
): Promise<boolean> {
  const { resources } = engine;
  const workspace = defaultWorkspaceId();
  if ((await resources.find(workspace)) === undefined) {
    const properties = { friendlyName: "Main", description: "Made at first start." };
    await resources.put({ id: workspace, properties, envelope: { location: "local" }, principal: owner });
    const scaleSettings = { minNodeCount: 0, maxNodeCount: world.slotCount, nodeIdleTimeBeforeScaleDown: "PT120S" };
    await resources.put({
      id: childId(workspace, "computes", "cpu-cluster"),
      envelope: { location: "local" },
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "LOCAL", vmPriority: "Dedicated", scaleSettings },
      },
      principal: owner,
    });
  }
  const registry = systemRegistryId();
  if ((await resources.find(registry)) !== undefined) return false;
  const properties = { description: "Curated environments, with Azure's names and pins." };
  await resources.put({ id: registry, properties, envelope: { location: "local" }, principal: owner });
  return true;
}

/** Puts those curated environments into the system registry that a newer release has brought. */
export async function ensureCurated(
  engine: Engine,
  owner: Principal,
  curated: readonly CuratedEnvironment[],
): Promise<void> {
  const { resources } = engine;
  for (const { name, version, properties } of curated) {
    const id = childId(childId(systemRegistryId(), "environments", name), "versions", version);
    if ((await resources.find(id)) === undefined) await resources.put({ id, properties, principal: owner });
  }
}
