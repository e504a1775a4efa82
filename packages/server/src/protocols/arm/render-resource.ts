import { findResourceType } from "@lazuli/contract/catalog.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { Engine } from "../../engine/engine.ts";
import { etagOf } from "../../engine/resources/put-checks.ts";
import type { Resource } from "../../engine/resources/resource.ts";

/** A resource as ARM shows it: what is desired, joined by what its definition lets callers see of the actual. */
export async function renderResource(resource: Resource, engine: Engine): Promise<Record<string, unknown>> {
  const type = findResourceType(resource.type);
  const definition = engine.definitions.get(resource.type.toLowerCase());
  const rendered = await (definition?.render?.(resource, engine.context) ?? resource.properties);
  const versions = type?.shape === "asset" ? await versionsOf(resource, engine) : {};
  const { location, tags, kind, sku, identity } = resource.envelope;
  return {
    id: shownId(resource),
    name: resource.name,
    type: `${MACHINE_LEARNING}/${resource.type}`,
    ...(location !== undefined && { location }),
    tags: tags ?? {},
    ...(kind !== undefined && { kind }),
    ...(sku !== undefined && { sku }),
    ...(identity !== undefined && { identity }),
    etag: `"${etagOf(resource)}"`,
    properties: { ...rendered, ...versions, ...provisioning(resource, rendered) },
    systemData: {
      createdAt: new Date(resource.createdAt).toISOString(),
      createdBy: resource.createdBy,
      createdByType: "User",
      lastModifiedAt: new Date(resource.updatedAt).toISOString(),
      lastModifiedBy: resource.updatedBy,
      lastModifiedByType: "User",
    },
  };
}

/** Assets of a registry go by a URI: their subscription is nobody's business, and clients take no other form. */
function shownId(resource: Resource): string {
  const match = /\/registries\/([^/]+)\/(.+)$/i.exec(resource.id);
  return match === null ? resource.id : `azureml://registries/${match[1] ?? ""}/${match[2] ?? ""}`;
}

/** Jobs have a `status` of their own and no provisioning state on the wire. */
function provisioning(resource: Resource, rendered: Record<string, unknown>): Record<string, unknown> {
  if ("status" in rendered && resource.type.toLowerCase() === "workspaces/jobs") return {};
  return { provisioningState: resource.provisioningState };
}

async function versionsOf(container: Resource, engine: Engine): Promise<Record<string, unknown>> {
  const versions = await engine.store.listChildNames(container.key, `${container.type}/versions`);
  return {
    latestVersion: versions[0]?.name ?? null,
    nextVersion: nextVersion(versions.map((version) => version.name)),
  };
}

/** One above the highest whole number among the versions; versions with other names do not count. */
export function nextVersion(names: readonly string[]): string {
  const numbers = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
  return String(Math.max(0, ...numbers) + 1);
}
