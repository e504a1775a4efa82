import type { AssetHome, AssetReference } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, lastName, parseResourceId } from "@lazuli/contract/resource-id.ts";

import { nearestName } from "../../domain/expressions/bind-template.ts";
import type { Resource } from "../resources/resource.ts";
import type { Resources } from "../resources/resources.ts";

/** Registry whose assets every workspace may use by bare name: the curated ones. */
export const SYSTEM_REGISTRY = "azureml";
/** Names looked through for the one that was meant. */
const NAMES_MAX = 1_000;
/** Old names of curated environments carry this prefix. */
const CURATED_PREFIX = /^AzureML-/i;

export interface AssetFinderParts {
  readonly resources: Resources;
  /** Id of a registry by name, as of the system registry; `undefined` when there is none. */
  findRegistryId(name: string): Promise<string | undefined>;
}

/** Where and as what to look for an asset. */
export interface AssetQuery {
  readonly workspaceId: string;
  readonly home: AssetHome;
  readonly asset: AssetReference;
  /** Collection for references that carry none: `environments`. */
  readonly collection: string;
}

/** Finds versions of assets by every way in which Azure ML refers to them. */
export class AssetFinder {
  readonly #parts: AssetFinderParts;

  constructor(parts: AssetFinderParts) {
    this.#parts = parts;
  }

  /** The version, `latest` (also when neither version nor label is given) being the newest. Throws `NotFound`. */
  async get(query: AssetQuery): Promise<Resource> {
    const found = await this.find(query);
    if (found !== undefined) return found;
    const { asset } = query;
    const noun = (asset.collection ?? query.collection).replace(/s$/, "");
    const which = asset.version === undefined ? `(${asset.label ?? "latest"})` : `version '${asset.version}'`;
    const advice = await this.#advise(query);
    throw new PlatformError("NotFound", `${capital(noun)} '${asset.name}' ${which} does not exist.${advice}`);
  }

  /** The name that was probably meant, for the end of a refusal. */
  async #advise(query: AssetQuery): Promise<string> {
    const collection = query.asset.collection ?? query.collection;
    const roots: string[] = [];
    for await (const root of this.#roots(query.home, query.workspaceId, collection)) roots.push(root);
    const names = await Promise.all(
      roots.map(async (root) => {
        const kind = root.toLowerCase().includes("/registries/") ? "registries" : "workspaces";
        const page = await this.#parts.resources.list({
          parentKey: root.toLowerCase(),
          type: `${kind}/${collection}`,
          limit: NAMES_MAX,
        });
        return page.items.map(({ name }) => name);
      }),
    );
    const nearest = nearestName(query.asset.name.replace(CURATED_PREFIX, ""), names.flat());
    return nearest === undefined || nearest === query.asset.name ? "" : ` Did you mean '${nearest}'?`;
  }

  async find(query: AssetQuery): Promise<Resource | undefined> {
    const collection = query.asset.collection ?? query.collection;
    // The workspace's own come first, and most are found there: the registry is not even asked for.
    for await (const root of this.#roots(query.home, query.workspaceId, collection)) {
      for (const name of namesOf(query.asset.name, collection, root)) {
        const found = await this.#findIn(childId(root, collection, name), query.asset);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  async *#roots(home: AssetHome, workspaceId: string, collection: string): AsyncGenerator<string> {
    if (home.kind === "registry") {
      const id = await this.#parts.findRegistryId(home.name);
      if (id !== undefined) yield id;
      return;
    }
    yield home.kind === "workspace" ? workspaceIdOf(home) : workspaceId;
    const isShared = collection.toLowerCase() === "environments" || collection.toLowerCase() === "components";
    const shared = isShared ? await this.#parts.findRegistryId(SYSTEM_REGISTRY) : undefined;
    if (shared !== undefined) yield shared;
  }

  async #findIn(containerId: string, asset: AssetReference): Promise<Resource | undefined> {
    if (asset.version !== undefined) return this.#parts.resources.find(childId(containerId, "versions", asset.version));
    if (asset.label !== undefined && asset.label.toLowerCase() !== "latest") return undefined;
    const container = await this.#parts.resources.find(containerId);
    if (container === undefined) return undefined;
    const page = await this.#parts.resources.list({
      parentKey: container.key,
      type: `${container.type}/versions`,
      order: "created-desc",
      limit: 1,
    });
    return page.items[0];
  }
}

/** Collection, name and version of an asset version, as `environments/sklearn-1.5:3`. */
export function describeAsset(resource: Resource): string {
  const id = parseResourceId(resource.id);
  return `${id.segments.at(-2)?.[1] ?? ""}:${lastName(id)}`;
}

function namesOf(name: string, collection: string, root: string): readonly string[] {
  const isCurated = collection.toLowerCase() === "environments" && root.toLowerCase().includes("/registries/");
  const bare = name.replace(CURATED_PREFIX, "");
  return isCurated && bare !== name ? [name, bare] : [name];
}

function workspaceIdOf(home: { subscription: string; resourceGroup: string; name: string }): string {
  const group = `/subscriptions/${home.subscription}/resourceGroups/${home.resourceGroup}`;
  return `${group}/providers/Microsoft.MachineLearningServices/workspaces/${home.name}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
