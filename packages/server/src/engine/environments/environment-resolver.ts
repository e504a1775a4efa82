import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { parseResourceId, renderResourceId } from "@lazuli/contract/resource-id.ts";
import { environmentVersionSchema } from "@lazuli/contract/resources/environment.ts";

import { resolveEnvironment, type ResolvedEnvironment } from "../../domain/environments/environment-spec.ts";
import { curatedNameOfImage } from "../../domain/environments/python-of-image.ts";
import { describeAsset, SYSTEM_REGISTRY, type AssetFinder } from "../data/asset-finder.ts";
import type { Resource } from "../resources/resource.ts";

/** An environment version and how it is built. */
export interface FoundEnvironment extends ResolvedEnvironment {
  /** The version that a label stood for, in the form that clients read back. */
  readonly reference: string;
}

/** Environments kept: parsing a conda file takes longer than all else between a submit and its start. */
const KEPT_MAX = 500;

/** Finds environment versions by any reference and says how to build them. */
export class EnvironmentResolver {
  readonly #assets: AssetFinder;
  /** By key and revision of the version, oldest first. */
  readonly #kept = new Map<string, FoundEnvironment>();

  constructor(parts: { assets: AssetFinder }) {
    this.#assets = parts.assets;
  }

  /** Throws `NotFound`, and `BadRequest` for what is no reference to an environment. */
  async resolve(reference: string, workspaceId: string): Promise<FoundEnvironment> {
    const uri = parseDataUri(reference) ?? parseDataUri(`azureml:${reference}`);
    if (uri?.kind !== "asset") {
      throw new PlatformError("BadRequest", `'${reference}' is no environment; write 'azureml:name:version'.`);
    }
    const { home, asset } = uri;
    const resource = await this.#assets.get({ workspaceId, home, asset, collection: "environments" });
    const key = `${resource.key}@${resource.revision}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const found = await this.#read(resource, workspaceId);
    // An image may stand for a curated environment, whose versions come and go by themselves.
    const image = resource.properties["image"];
    const isOfImage = typeof image === "string" && curatedNameOfImage(image) !== undefined;
    if (resource.properties["condaFile"] != null || !isOfImage) this.#keep(key, found);
    return found;
  }

  async #read(resource: Resource, workspaceId: string): Promise<FoundEnvironment> {
    const properties = environmentVersionSchema.parse(resource.properties);
    const curated = await this.#curatedConda(properties.image ?? undefined, workspaceId);
    const resolved = resolveEnvironment({ name: describeAsset(resource), ...properties }, () => curated);
    return { ...resolved, reference: referenceTo(resource) };
  }

  #keep(key: string, found: FoundEnvironment): void {
    this.#kept.set(key, found);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Conda file of the curated environment that an image stands for. */
  async #curatedConda(image: string | undefined, workspaceId: string): Promise<string | undefined> {
    const name = image === undefined ? undefined : curatedNameOfImage(image);
    if (name === undefined) return undefined;
    const version = await this.#assets.find({
      workspaceId,
      home: { kind: "registry", name: SYSTEM_REGISTRY },
      asset: { collection: "environments", name, version: undefined, label: "latest" },
      collection: "environments",
    });
    return version === undefined
      ? undefined
      : (environmentVersionSchema.parse(version.properties).condaFile ?? undefined);
  }
}

function referenceTo(resource: Resource): string {
  const id = parseResourceId(resource.id);
  const [[root, rootName] = ["", ""]] = id.segments;
  if (root.toLowerCase() !== "registries") return renderResourceId(id);
  const path = id.segments
    .slice(1)
    .map(([collection, name]) => `${collection}/${name}`)
    .join("/");
  return `azureml://registries/${rootName}/${path}`;
}
