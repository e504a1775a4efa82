import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";
import { modelVersionProperties } from "@lazuli/contract/resources/model.ts";
import type { OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";
import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";

import type { BlobStore } from "../../blobs/blob-store.ts";
import { resolveEnvironment, type ResolvedEnvironment } from "../../domain/environments/environment-spec.ts";
import type { AssetFinder } from "../../engine/data/asset-finder.ts";
import { appendPath, type DataLocation, type DataLocator } from "../../engine/data/data-locator.ts";
import { stageData, type StagedData } from "../../engine/data/stage-data.ts";
import type { EnvironmentResolver } from "../../engine/environments/environment-resolver.ts";
import type { Resource } from "../../engine/resources/resource.ts";

export interface SourceDependencies {
  readonly assets: AssetFinder;
  readonly locator: DataLocator;
  readonly blobs: BlobStore;
  /** Base under which tasks reach our storage, without a final slash. */
  readonly serverUrl: string;
  readonly environments: EnvironmentResolver;
}

/** What a deployment refers to, found: each as a replica receives it. */
export interface DeploymentSources {
  readonly environment: EnvironmentSpec;
  readonly code: StagedData | undefined;
  readonly model: StagedModel | undefined;
}

export interface StagedModel extends StagedData {
  /** Last part of the model's path: the file's or folder's own name, under which it appears in AZUREML_MODEL_DIR. */
  readonly baseName: string;
  readonly isMlflow: boolean;
}

/** Served when an MLflow model says nothing of its packages. */
const MLFLOW_ENVIRONMENT = "azureml://registries/azureml/environments/mlflow-py312-inference/labels/latest";
const CONDA_BYTES_MAX = 1024 * 1024;

/** Throws `NotFound` for what does not exist and `BadRequest` for an environment that cannot be made. */
export async function findSources(
  deploymentId: string,
  properties: OnlineDeploymentProperties,
  deps: SourceDependencies,
): Promise<DeploymentSources> {
  const workspaceId = renderResourceId(rootId(parseResourceId(deploymentId)));
  const codeId = properties.codeConfiguration?.codeId ?? undefined;
  const model = await findModel(properties.model ?? undefined, workspaceId, deps);
  const code = codeId === undefined ? undefined : await locateAndStage(codeId, "codes", { workspaceId, deps });
  const environment = await findEnvironment(properties, { workspaceId, model, deps });
  return { environment, code: code?.staged, model };
}

/** Looks at what a deployment refers to without listing any files: for an early refusal. */
export async function checkReferences(
  deploymentId: string,
  properties: OnlineDeploymentProperties,
  deps: SourceDependencies,
): Promise<void> {
  const workspaceId = renderResourceId(rootId(parseResourceId(deploymentId)));
  const model =
    properties.model == null ? undefined : await getAsset(properties.model, "models", { workspaceId, deps });
  const isMlflow = model !== undefined && isMlflowModel(model);
  const code = properties.codeConfiguration?.codeId ?? undefined;
  if (code !== undefined) await getAsset(code, "codes", { workspaceId, deps });
  if (properties.environmentId != null) {
    specOf(await deps.environments.resolve(properties.environmentId, workspaceId));
  }
  if (isMlflow) return;
  if (properties.codeConfiguration == null) throw missing("codeConfiguration", "a scoring script");
  if (properties.environmentId == null) throw missing("environmentId", "an environment");
}

function missing(field: string, what: string): PlatformError {
  return new PlatformError(
    "BadRequest",
    `The deployment needs ${what}: only models of type mlflow_model are served without one.`,
    { target: `properties.${field}` },
  );
}

interface Place {
  readonly workspaceId: string;
  readonly deps: SourceDependencies;
}

async function getAsset(reference: string, collection: string, { workspaceId, deps }: Place): Promise<Resource> {
  const uri = parseDataUri(reference);
  if (uri?.kind !== "asset") {
    throw new PlatformError("BadRequest", `'${reference}' is not the id of one of the ${collection}.`);
  }
  return deps.assets.get({ workspaceId, home: uri.home, asset: uri.asset, collection });
}

async function locateAndStage(
  reference: string,
  collection: string,
  { workspaceId, deps }: Place,
): Promise<{ location: DataLocation; staged: StagedData }> {
  const location = await deps.locator.locate(reference, { workspaceId, collection });
  return { location, staged: await stageData(location, deps) };
}

async function findModel(
  reference: string | undefined,
  workspaceId: string,
  deps: SourceDependencies,
): Promise<StagedModel | undefined> {
  if (reference === undefined) return undefined;
  const asset = await getAsset(reference, "models", { workspaceId, deps });
  const { location, staged } = await locateAndStage(reference, "models", { workspaceId, deps });
  return { ...staged, baseName: baseNameOf(location) ?? asset.name, isMlflow: isMlflowModel(asset) };
}

function isMlflowModel(asset: Resource): boolean {
  return modelVersionProperties.parse(asset.properties).modelType?.toLowerCase() === "mlflow_model";
}

function baseNameOf(location: DataLocation): string | undefined {
  const path = location.kind === "url" ? new URL(location.url).pathname : location.path;
  return path.split("/").findLast((part) => part !== "");
}

async function findEnvironment(
  properties: OnlineDeploymentProperties,
  { workspaceId, model, deps }: Place & { readonly model: StagedModel | undefined },
): Promise<EnvironmentSpec> {
  if (properties.environmentId != null) {
    return specOf(await deps.environments.resolve(properties.environmentId, workspaceId));
  }
  const location = await deps.locator.locate(properties.model ?? "", { workspaceId, collection: "models" });
  const condaFile = await readModelConda(location, deps.blobs);
  if (condaFile === undefined) return specOf(await deps.environments.resolve(MLFLOW_ENVIRONMENT, workspaceId));
  const name = `packages of model '${model?.baseName ?? ""}'`;
  return withMlflow(specOf(resolveEnvironment({ name, condaFile }, () => undefined)));
}

function specOf({ spec, issues }: ResolvedEnvironment): EnvironmentSpec {
  const [first] = issues;
  if (first === undefined) return spec;
  throw new PlatformError("BadRequest", first.message, { target: "properties.environmentId", details: issues });
}

/** The packages that MLflow noted when the model was logged. */
async function readModelConda(location: DataLocation, blobs: BlobStore): Promise<string | undefined> {
  const file = appendPath(location, "conda.yaml");
  if (file.kind !== "blob") return undefined;
  const address = { account: file.account, container: file.container, name: file.path };
  const found = await blobs.find(address);
  if (found === undefined || found.sizeBytes > CONDA_BYTES_MAX) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of await blobs.read(address)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function withMlflow(spec: EnvironmentSpec): EnvironmentSpec {
  const hasMlflow = spec.requirements.some((line) => /^mlflow(-skinny)?\b/i.test(line));
  return hasMlflow ? spec : { ...spec, requirements: [...spec.requirements, "mlflow"] };
}
