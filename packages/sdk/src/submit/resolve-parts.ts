import { PlatformError } from "@lazuli/contract/errors.ts";
import { stringify } from "yaml";

import { workspaceId, type Client, type WorkspaceScope } from "../client.ts";
import { isRecord } from "../yaml/composite-codec.ts";
import { environmentEntity } from "../yaml/entities/environment.ts";
import { modelEntity } from "../yaml/entities/model.ts";
import { loadEntity } from "../yaml/load-entity.ts";
import { gather, type Part } from "./gather.ts";
import type { LocalFiles } from "./local-files.ts";
import { isRemote, resolveAsset, type AssetCollection } from "./references.ts";

export interface SubmitContext {
  readonly client: Client;
  readonly scope: WorkspaceScope;
  /** Absent where there is no disk: local paths are then refused. */
  readonly files?: LocalFiles;
}

export type Value = Readonly<Record<string, unknown>>;

const ANONYMOUS_NAMES = { environment: "CliV2AnonymousEnvironment", model: "CliV2AnonymousModel" } as const;

/** The `code` and `environment` of whatever has them, as ids; uploads and registers what is local or inline. */
export async function resolveCodeAndEnvironment(context: SubmitContext, value: Value): Promise<Value> {
  const [code, environment] = await gather([
    ["code", resolveCode(context, value["code"], value["additional_includes"])],
    ["environment", resolveInline(context, "environment", value["environment"])],
  ]);
  return {
    ...value,
    ...(code === undefined ? {} : { code }),
    ...(environment === undefined ? {} : { environment }),
  };
}

export async function resolveCode(
  context: SubmitContext,
  code: unknown,
  includes?: unknown,
): Promise<string | undefined> {
  const included = Array.isArray(includes) ? includes.map(String) : [];
  if (typeof code === "string" && isRemote(code)) {
    return resolveAsset(context.client, context.scope, { reference: code, collection: "codes" });
  }
  const path = typeof code === "string" ? code : undefined;
  if (path === undefined && included.length === 0) return undefined;
  return filesOf(context, path ?? included[0] ?? "").uploadCode(path, included);
}

/** An environment or model written in place is registered first, without a name of its own where it has none. */
export async function resolveInline(
  context: SubmitContext,
  noun: "environment" | "model",
  value: unknown,
): Promise<string | undefined> {
  const collection = noun === "environment" ? "environments" : "models";
  if (typeof value === "string" && value.startsWith("file:")) return resolveFile(context, noun, value);
  if (typeof value === "string") return resolveAsset(context.client, context.scope, { reference: value, collection });
  if (!isRecord(value)) return undefined;
  const isEnvironment = noun === "environment";
  const resolved = await (isEnvironment ? resolveEnvironment(context, value) : resolveModel(context, value));
  const body = (isEnvironment ? environmentEntity : modelEntity).toBody(resolved);
  const given = { name: value["name"], version: value["version"] };
  // As in Azure's clients, an environment written in place has no name of its own, whatever the file says.
  const isAnonymous = isEnvironment || typeof given.name !== "string";
  const name = isAnonymous ? ANONYMOUS_NAMES[noun] : String(given.name);
  const version =
    !isAnonymous && typeof given.version === "string"
      ? given.version
      : await contentDigest(JSON.stringify(body.properties));
  const id = `${workspaceId(context.scope)}/${collection}/${name}/versions/${version}`;
  const properties = isAnonymous ? { ...body.properties, isAnonymous: true } : body.properties;
  return (await context.client.put(id, { ...body, properties })).id;
}

/** `file:./env.yml` is as if the file's content were written in place. */
async function resolveFile(
  context: SubmitContext,
  noun: "environment" | "model",
  reference: string,
): Promise<string | undefined> {
  const path = reference.replace(/^file:/, "");
  const text = await filesOf(context, path).readText(path);
  const value = loadEntity(noun === "environment" ? environmentEntity : modelEntity, text, { file: path });
  return resolveInline(contextAt(context, path), noun, value);
}

export async function resolveInputs(context: SubmitContext, inputs: unknown): Promise<Value | undefined> {
  if (!isRecord(inputs)) return undefined;
  const parts = Object.entries(inputs).map(([name, input]): Part<readonly [string, unknown]> => [
    `inputs.${name}`,
    isRecord(input)
      ? resolveInput(context, input).then((resolved) => [name, resolved])
      : Promise.resolve([name, input]),
  ]);
  return Object.fromEntries(await gather(parts));
}

/** One input that is data: its local path is uploaded, its reference made an id. */
export async function resolveInput(context: SubmitContext, input: Value): Promise<Value> {
  const { path } = input;
  const isModel = String(input["type"] ?? "").endsWith("_model");
  const collection: AssetCollection = isModel ? "models" : "data";
  if (typeof path === "string" && isRemote(path)) {
    return { ...input, path: await resolveAsset(context.client, context.scope, { reference: path, collection }) };
  }
  return { ...input, ...(await resolvePath(context, input)) };
}

/** Uploads a local `path`, and says what it is where the file leaves that open. */
export async function resolvePath(context: SubmitContext, value: Value): Promise<Value> {
  const { path, datastore } = value;
  if (typeof path !== "string" || isRemote(path)) return {};
  const name = typeof datastore === "string" ? datastore.replace(/^azureml:/, "") : undefined;
  const uploaded = await filesOf(context, path).uploadData(path, name);
  if (value["type"] === "uri_file" && uploaded.kind === "folder") {
    throw new PlatformError(
      "BadRequest",
      `'${path}' is a folder, but its type is 'uri_file'; write 'type: uri_folder'.`,
    );
  }
  if (value["type"] === "uri_folder" && uploaded.kind === "file") {
    throw new PlatformError("BadRequest", `'${path}' is a file, but its type is 'uri_folder'; write 'type: uri_file'.`);
  }
  return { path: uploaded.uri };
}

export async function resolveModel(context: SubmitContext, value: Value): Promise<Value> {
  return { type: "custom_model", ...value, ...(await resolvePath(context, value)) };
}

export async function resolveEnvironment(context: SubmitContext, value: Value): Promise<Value> {
  const { conda_file: condaFile, build } = value;
  const result: Record<string, unknown> = { ...value };
  if (typeof condaFile === "string" && !condaFile.includes("\n")) {
    result["conda_file"] = await filesOf(context, condaFile).readText(condaFile);
  } else if (isRecord(condaFile)) result["conda_file"] = stringify(condaFile);
  if (isRecord(build) && typeof build["path"] === "string" && !isRemote(build["path"])) {
    const uploaded = await filesOf(context, build["path"]).uploadData(build["path"], undefined);
    result["build"] = { dockerfile_path: "Dockerfile", ...build, path: uploaded.url };
  }
  return result;
}

/** The same submission, seen from the folder of another file. */
export function contextAt(context: SubmitContext, file: string): SubmitContext {
  return context.files === undefined ? context : { ...context, files: context.files.beside(file) };
}

export async function contentDigest(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function filesOf(context: SubmitContext, path: string): LocalFiles {
  if (context.files !== undefined) return context.files;
  throw new PlatformError("Unsupported", `'${path}' is a local path; upload it first and use its 'azureml:' name.`);
}
