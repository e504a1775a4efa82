import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { parseResourceId } from "@lazuli/contract/resource-id.ts";

import { ARTIFACT_CONTAINER } from "../../../engine/workspaces/workspace-storage.ts";
import {
  CONTAINERS_FOLDER,
  parseArtifactPath,
  parseArtifactUri,
  renderArtifactUri,
  splitRunPath,
  type ArtifactPath,
} from "../artifacts/artifact-path.ts";
import type { OperationContext } from "../operation.ts";
import { getVersion, readAsset } from "./registry-resources.ts";

/** Where the files of a model version are. */
export interface ModelSource {
  /** What the ARM model says. */
  readonly modelUri: string;
  /** Set when the files are in this workspace's storage. */
  readonly path: ArtifactPath | undefined;
  readonly runId: string | undefined;
}

export interface SourceRequest {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
}

/** What MLflow's clients give as the source of a prompt: it has no files. */
const PROMPT_SOURCES = ["prompt-template", "dummy-source"];
const REMOTE_STORE = /^(s3|gs|r2|dbfs|hdfs):\/\/[^?#]+$/;
const MODEL_URI = /^models:\/{1,3}([^/@?#]+)(?:\/([^/@?#]+))?$/;
const RUN_URI = /^runs:\/{1,3}([^/?#]+)(?:\/([^?#]*))?$/;
const ARTIFACT_URI = /^mlflow-artifacts:\/(?:\/\/)?[^/]/;

/**
 * Finds the files that a client names as a model's. A source is never a path of this machine, and a run or model that
 * it names must be one of this workspace. Throws `BadRequest`, `NotFound`.
 */
export async function resolveSource(request: SourceRequest, context: OperationContext): Promise<ModelSource> {
  const { source } = request;
  if (PROMPT_SOURCES.includes(source)) return { modelUri: source, path: undefined, runId: request.runId };
  if (source.includes("..")) throw invalidSource(source);
  const [, model, version] = MODEL_URI.exec(source) ?? [];
  if (model !== undefined && version === undefined) return ofLoggedModel(model, request, context);
  if (model !== undefined && version !== undefined) {
    const modelUri = readAsset(await getVersion(context, model, version)).modelUri ?? "";
    return { modelUri, path: await pathOf(modelUri, context), runId: request.runId };
  }
  const [, run, below = ""] = RUN_URI.exec(source) ?? [];
  if (run !== undefined) return ofRun(run, below, context);
  if (ARTIFACT_URI.test(source)) return ofArtifact(parseArtifactUri(source), request, context);
  if (REMOTE_STORE.test(source)) return { modelUri: source, path: undefined, runId: request.runId };
  const uri = parseDataUri(source);
  if (uri === undefined || uri.kind === "file") throw invalidSource(source);
  return { modelUri: source, path: await pathOf(source, context), runId: request.runId };
}

/** What MLflow's client can download, for any model: also one that was made through Azure's API. */
export async function renderDownloadUri(modelUri: string, context: OperationContext): Promise<string> {
  const path = await pathOf(modelUri, context);
  return path === undefined ? modelUri : renderArtifactUri(path);
}

async function pathOf(modelUri: string, context: OperationContext): Promise<ArtifactPath | undefined> {
  if (parseDataUri(modelUri) === undefined) return undefined;
  const place = await context.locator.locate(modelUri, { workspaceId: context.workspaceId, collection: "models" });
  if (place.kind !== "blob" || place.account !== context.account) return undefined;
  const path = parseArtifactPath(place.path.replace(/\/+$/, ""));
  return place.container === ARTIFACT_CONTAINER ? path : [CONTAINERS_FOLDER, place.container, ...path];
}

async function ofLoggedModel(modelId: string, request: SourceRequest, context: OperationContext): Promise<ModelSource> {
  const model = await context.tracking.loggedModels.get(context.workspaceKey, modelId);
  const path = parseArtifactUri(model.artifactUri);
  const runId = request.runId ?? (model.sourceRunId === "" ? undefined : model.sourceRunId);
  return { modelUri: renderModelUri(path, context), path, runId };
}

async function ofRun(runId: string, below: string, context: OperationContext): Promise<ModelSource> {
  const run = await context.tracking.runs.get(context.workspaceKey, runId);
  const path = [...parseArtifactUri(run.artifactUri), ...parseArtifactPath(below.replace(/\/+$/, ""))];
  return { modelUri: renderModelUri(path, context), path, runId };
}

/** The path must be inside a run or model of this workspace, and of the one that the request names. */
async function ofArtifact(path: ArtifactPath, request: SourceRequest, context: OperationContext): Promise<ModelSource> {
  const run = splitRunPath(path);
  if (run !== undefined) {
    if (request.runId !== undefined && request.runId !== run.runId) throw invalidSource(request.source);
    await context.tracking.runs.get(context.workspaceKey, run.runId);
    return { modelUri: renderModelUri(path, context), path, runId: run.runId };
  }
  const modelId = path[0] === "Models" ? path[1] : undefined;
  if (modelId === undefined) throw invalidSource(request.source);
  await context.tracking.loggedModels.get(context.workspaceKey, modelId);
  return { modelUri: renderModelUri(path, context), path, runId: request.runId };
}

/** The long form, which Azure's SDK can download. */
function renderModelUri(path: ArtifactPath, { workspaceId }: OperationContext): string {
  const { subscription, resourceGroup, segments } = parseResourceId(workspaceId);
  const workspace = segments[0]?.[1] ?? "";
  return `azureml://subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/workspaceartifactstore/paths/${path.join("/")}`;
}

function invalidSource(source: string): PlatformError {
  return new PlatformError(
    "BadRequest",
    `Invalid model version source: '${source}'. Name files of a run, of a logged model or of a datastore of this workspace.`,
    { target: "source" },
  );
}
