import { parseResourceId } from "@lazuli/contract/resource-id.ts";

import type { Engine } from "../engine/engine.ts";
import type { Resource } from "../engine/resources/resource.ts";

/** A registry by its name alone, in whatever subscription it lies. */
export async function findRegistry(engine: Engine, name: string): Promise<Resource | undefined> {
  const registries = await engine.store.listByType("registries");
  return registries.find((registry) => registry.name.toLowerCase() === name.toLowerCase());
}

/** Where a registry lies, for clients that know no more than the name. */
export async function findRegistryPlace(
  engine: Engine,
  name: string,
): Promise<{ subscription: string; resourceGroup: string; location: string } | undefined> {
  const registry = await findRegistry(engine, name);
  if (registry === undefined) return undefined;
  const { subscription, resourceGroup } = parseResourceId(registry.id);
  return { subscription, resourceGroup, location: registry.envelope.location ?? "local" };
}
