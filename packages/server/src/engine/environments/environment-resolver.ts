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

/** Finds environment versions by any reference and says how to build them. */
export class EnvironmentResolver {
  readonly #assets: AssetFinder;

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
    const properties = environmentVersionSchema.parse(resource.properties);
    const curated = await this.#curatedConda(properties.image ?? undefined, workspaceId);
    const resolved = resolveEnvironment({ name: describeAsset(resource), ...properties }, () => curated);
    return { ...resolved, reference: referenceTo(resource) };
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
