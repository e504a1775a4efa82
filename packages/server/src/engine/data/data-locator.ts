import { parseDataUri, type AssetHome, type DataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { parseStoragePath } from "@lazuli/contract/shared/storage-address.ts";
import { z } from "zod";

import type { Resources } from "../resources/resources.ts";
import { rootStorage } from "../workspaces/root-storage.ts";
import { ARTIFACT_CONTAINER, runArtifactPrefix } from "../workspaces/workspace-storage.ts";
import type { AssetFinder } from "./asset-finder.ts";

/** Where data really is. `blob`: in our own storage; `path` has no leading slash and may name a blob or a folder. */
export type DataLocation =
  | { readonly kind: "blob"; readonly account: string; readonly container: string; readonly path: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "file"; readonly path: string };

/** Assets may refer to job outputs that refer to datastores, and so on; never deeper than this. */
const HOPS_MAX = 8;
/** Output of every job that stands for all its run artifacts. */
export const ARTIFACTS_OUTPUT = "artifacts";
const DEFAULT_DATASTORE = "workspaceblobstore";

const datastoreShape = z.looseObject({
  datastoreType: z.string(),
  accountName: z.string().nullish(),
  containerName: z.string().nullish(),
  filesystem: z.string().nullish(),
  fileShareName: z.string().nullish(),
  endpoint: z.string().nullish(),
});
const assetShape = z.looseObject({
  dataUri: z.string().optional(),
  modelUri: z.string().optional(),
  codeUri: z.string().optional(),
});
const outputsShape = z.looseObject({
  outputs: z.record(z.string(), z.looseObject({ uri: z.string().nullish() }).nullable()).nullish(),
});

/** Resolves any data reference to the place where its bytes are. */
export class DataLocator {
  readonly #resources: Resources;
  readonly #assets: AssetFinder;

  constructor(parts: { resources: Resources; assets: AssetFinder }) {
    this.#resources = parts.resources;
    this.#assets = parts.assets;
  }

  /**
   * @param reference A data reference in any of Azure ML's forms.
   * @param options `collection` decides what `azureml:name:1` means: `data`, `models`, `codes`.
   * Throws `BadRequest` for what is no reference, `NotFound` for an asset, job or datastore that does not exist.
   */
  async locate(reference: string, options: { workspaceId: string; collection?: string }): Promise<DataLocation> {
    const context = { workspaceId: options.workspaceId, collection: options.collection ?? "data" };
    let text = reference;
    let rest = "";
    for (let hops = 0; hops < HOPS_MAX; hops += 1) {
      const uri = parseDataUri(text);
      if (uri === undefined) {
        throw new PlatformError(
          "BadRequest",
          `'${text}' is no data reference; use azureml://, https:// or an asset's id.`,
        );
      }
      const next = await this.#follow(uri, context);
      if (typeof next !== "string") return appendPath(next, rest);
      rest = joinPath(pathOf(uri), rest);
      text = next;
    }
    throw new PlatformError("BadRequest", `'${reference}' refers to itself through other assets, so it has no place.`);
  }

  /** Container of a workspace's datastore. Throws `NotFound`. */
  async datastore(workspaceId: string, name: string): Promise<DataLocation> {
    const resource = await this.#resources.find(childId(workspaceId, "datastores", name));
    if (resource === undefined) throw new PlatformError("NotFound", `Datastore '${name}' does not exist.`);
    const store = datastoreShape.parse(resource.properties);
    const container = store.containerName ?? store.filesystem ?? store.fileShareName ?? "";
    const accountName = store.accountName ?? "";
    const account = accountName.slice(accountName.lastIndexOf("/") + 1);
    const isOurs = accountName.includes("/") || /^lz[0-9a-f]{16}$/.test(account);
    if (isOurs) return { kind: "blob", account, container, path: "" };
    const service = store.datastoreType === "AzureDataLakeGen2" ? "dfs" : "blob";
    const suffix = store.endpoint ?? "core.windows.net";
    return { kind: "url", url: `https://${account}.${service}.${suffix}/${container}/` };
  }

  /** Folder that holds a run's artifacts. Throws `NotFound` for a workspace that is gone. */
  async artifacts(workspaceId: string, runId: string): Promise<DataLocation & { readonly kind: "blob" }> {
    const { account } = await rootStorage(workspaceId, this.#resources);
    return { kind: "blob", account, container: ARTIFACT_CONTAINER, path: runArtifactPrefix(runId) };
  }

  /** Where an output without a place of its own goes. */
  defaultOutputUri(jobName: string, outputName: string): string {
    return `azureml://datastores/${DEFAULT_DATASTORE}/paths/azureml/${jobName}/${outputName}/`;
  }

  async #follow(uri: DataUri, context: { workspaceId: string; collection: string }): Promise<DataLocation | string> {
    switch (uri.kind) {
      case "http":
        return locateUrl(uri.url);
      case "file":
        return { kind: "file", path: uri.path };
      case "azureStorage":
        return locateUrl(`https://${uri.host}/${uri.container}/${uri.path}`);
      case "datastore":
        return appendPath(await this.datastore(workspaceOf(uri.home, context.workspaceId), uri.datastore), uri.path);
      case "run":
        return appendPath(await this.artifacts(context.workspaceId, uri.run), uri.path);
      case "jobOutput":
        return this.#jobOutput(uri, context.workspaceId);
      case "asset":
        return this.#assetUri(uri, context);
    }
  }

  async #jobOutput(uri: DataUri & { kind: "jobOutput" }, workspaceId: string): Promise<DataLocation | string> {
    if (uri.output === ARTIFACTS_OUTPUT || uri.output === "default") {
      return appendPath(await this.artifacts(workspaceId, uri.job), uri.path);
    }
    const job = await this.#resources.find(childId(workspaceId, "jobs", uri.job));
    if (job === undefined) throw new PlatformError("NotFound", `Job '${uri.job}' does not exist.`);
    const actual = outputsShape.parse(job.state).outputs?.[uri.output]?.uri;
    const desired = outputsShape.parse(job.properties).outputs?.[uri.output]?.uri;
    return actual ?? desired ?? this.defaultOutputUri(uri.job, uri.output);
  }

  async #assetUri(
    uri: DataUri & { kind: "asset" },
    context: { workspaceId: string; collection: string },
  ): Promise<string> {
    const version = await this.#assets.get({ ...context, home: uri.home, asset: uri.asset });
    const { dataUri, modelUri, codeUri } = assetShape.parse(version.properties);
    const target = dataUri ?? modelUri ?? codeUri;
    if (target === undefined) throw new PlatformError("BadRequest", `'${version.id}' holds no data.`);
    return target;
  }
}

/** Adds a relative path below a location. */
export function appendPath(location: DataLocation, path: string): DataLocation {
  if (path === "") return location;
  if (location.kind === "blob") return { ...location, path: joinPath(location.path, path) };
  if (location.kind === "file") return { kind: "file", path: joinPath(location.path, path) };
  return { kind: "url", url: joinPath(location.url, encodePath(path)) };
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function joinPath(base: string, path: string): string {
  if (base === "" || path === "") return base + path;
  return `${base.replace(/\/$/, "")}/${path}`;
}

/** The path that a hop through another reference still has to go. */
function pathOf(uri: DataUri): string {
  return uri.kind === "jobOutput" ? uri.path : "";
}

function workspaceOf(home: AssetHome, here: string): string {
  if (home.kind !== "workspace") return here;
  const group = `/subscriptions/${home.subscription}/resourceGroups/${home.resourceGroup}`;
  return `${group}/providers/Microsoft.MachineLearningServices/workspaces/${home.name}`;
}

/** A URL of our own storage becomes its blob, whatever host and port it was written with. */
function locateUrl(url: string): DataLocation {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const storage = parsed === undefined ? undefined : parseStoragePath(parsed.pathname);
  if (storage === undefined) return { kind: "url", url };
  const [container = "", ...rest] = storage.rest.split("/").map(decodePart);
  return { kind: "blob", account: storage.account, container, path: rest.join("/") };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PlatformError("BadRequest", `'${part}' is not valid percent-encoding.`);
  }
}
