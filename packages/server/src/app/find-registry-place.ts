import { parseResourceId } from "@lazuli/contract/resource-id.ts";

import type { Engine } from "../engine/engine.ts";

/** Where a registry of this name lies, for clients that know no more than the name. */
export async function findRegistryPlace(
  engine: Engine,
  name: string,
): Promise<{ subscription: string; resourceGroup: string; location: string } | undefined> {
  const registries = await engine.store.listByType("registries");
  const registry = registries.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (registry === undefined) return undefined;
  const { subscription, resourceGroup } = parseResourceId(registry.id);
  return { subscription, resourceGroup, location: registry.envelope.location ?? "local" };
}
