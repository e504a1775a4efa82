import { PlatformError } from "@lazuli/contract/errors.ts";
import { stringify } from "yaml";

import { workspaceId, type Client, type WorkspaceScope } from "../client.ts";
import { isRecord } from "../yaml/composite-codec.ts";
import { ENTITIES, type Noun } from "../yaml/entities.ts";
import type { LocalFiles } from "./local-files.ts";
import { isRemote, resolveAsset, resolveCompute, type AssetCollection } from "./references.ts";

export interface SubmitContext {
  readonly client: Client;
  readonly scope: WorkspaceScope;
  /** Absent where there is no disk: local paths are then refused. */
  readonly files?: LocalFiles;
}

type Value = Record<string, unknown>;

/**
 * Replaces what only this machine understands (local paths, short references, inline environments and models) by ids
 * and URIs, uploading and registering on the way.
 */
export async function resolveEntity(context: SubmitContext, noun: Noun, value: Value): Promise<Value> {
  switch (noun) {
    case "job":
      return resolveJob(context, value);
    case "component":
      return resolveCodeAndEnvironment(context, value);
    case "data":
      return { ...value, ...(await resolvePath(context, value)) };
    case "model":
      return resolveModel(context, value);
    case "environment":
      return resolveEnvironment(context, value);
    case "online-deployment":
      return resolveDeployment(context, value);
    default:
      return value;
  }
}

async function resolveJob(context: SubmitContext, value: Value): Promise<Value> {
  const [parts, inputs] = await Promise.all([
    resolveCodeAndEnvironment(context, value),
    resolveInputs(context, value["inputs"]),
  ]);
  const compute = value["compute"];
  return {
    ...parts,
    ...(inputs === undefined ? {} : { inputs }),
    ...(typeof compute === "string" ? { compute: resolveCompute(context.scope, compute) } : {}),
  };
}

async function resolveCodeAndEnvironment(context: SubmitContext, value: Value): Promise<Value> {
  const [code, environment] = await Promise.all([
    resolveCode(context, value["code"]),
    resolveInline(context, "environment", value["environment"]),
  ]);
  return {
    ...value,
    ...(code === undefined ? {} : { code }),
    ...(environment === undefined ? {} : { environment }),
  };
}

async function resolveCode(context: SubmitContext, code: unknown): Promise<string | undefined> {
  if (typeof code !== "string") return undefined;
  if (isRemote(code)) return resolveAsset(context.client, context.scope, { reference: code, collection: "codes" });
  return filesOf(context, code).uploadCode(code);
}

/** An environment or model written in place is registered first, without a name of its own where it has none. */
async function resolveInline(
  context: SubmitContext,
  noun: "environment" | "model",
  value: unknown,
): Promise<string | undefined> {
  const collection = noun === "environment" ? "environments" : "models";
  if (typeof value === "string") return resolveAsset(context.client, context.scope, { reference: value, collection });
  if (!isRecord(value)) return undefined;
  const resolved = await resolveEntity(context, noun, value);
  const body = ENTITIES[noun].toBody(resolved);
  const given = { name: value["name"], version: value["version"] };
  const isAnonymous = typeof given.name !== "string";
  const name = isAnonymous ? ANONYMOUS_NAMES[noun] : String(given.name);
  const version =
    typeof given.version === "string" ? given.version : await contentDigest(JSON.stringify(body.properties));
  const id = `${workspaceId(context.scope)}/${collection}/${name}/versions/${version}`;
  const properties = isAnonymous ? { ...body.properties, isAnonymous: true } : body.properties;
  return (await context.client.put(id, { ...body, properties })).id;
}

const ANONYMOUS_NAMES = { environment: "CliV2AnonymousEnvironment", model: "CliV2AnonymousModel" } as const;

async function resolveInputs(context: SubmitContext, inputs: unknown): Promise<Value | undefined> {
  if (!isRecord(inputs)) return undefined;
  const entries = Object.entries(inputs).map(async ([name, input]) => {
    const resolved = isRecord(input) ? await resolveInput(context, input) : input;
    return [name, resolved] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveInput(context: SubmitContext, input: Value): Promise<Value> {
  const { path } = input;
  const isModel = String(input["type"] ?? "").endsWith("_model");
  const collection: AssetCollection = isModel ? "models" : "data";
  if (typeof path === "string" && isRemote(path)) {
    return { ...input, path: await resolveAsset(context.client, context.scope, { reference: path, collection }) };
  }
  return { ...input, ...(await resolvePath(context, input)) };
}

/** Uploads a local `path`, and says what it is where the file leaves that open. */
async function resolvePath(context: SubmitContext, value: Value): Promise<Value> {
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

async function resolveModel(context: SubmitContext, value: Value): Promise<Value> {
  return { type: "custom_model", ...value, ...(await resolvePath(context, value)) };
}

async function resolveEnvironment(context: SubmitContext, value: Value): Promise<Value> {
  const { conda_file: condaFile, build } = value;
  const result: Value = { ...value };
  if (typeof condaFile === "string" && !condaFile.includes("\n")) {
    result["conda_file"] = await filesOf(context, condaFile).readText(condaFile);
  } else if (isRecord(condaFile)) result["conda_file"] = stringify(condaFile);
  if (isRecord(build) && typeof build["path"] === "string" && !isRemote(build["path"])) {
    const uploaded = await filesOf(context, build["path"]).uploadData(build["path"], undefined);
    result["build"] = { dockerfile_path: "Dockerfile", ...build, path: uploaded.url };
  }
  return result;
}

async function resolveDeployment(context: SubmitContext, value: Value): Promise<Value> {
  const configuration = isRecord(value["code_configuration"]) ? value["code_configuration"] : undefined;
  const [model, environment, code] = await Promise.all([
    resolveInline(context, "model", value["model"]),
    resolveInline(context, "environment", value["environment"]),
    resolveCode(context, configuration?.["code"]),
  ]);
  return {
    ...value,
    ...(model === undefined ? {} : { model }),
    ...(environment === undefined ? {} : { environment }),
    ...(configuration === undefined
      ? {}
      : { code_configuration: { ...configuration, ...(code === undefined ? {} : { code }) } }),
  };
}

function filesOf(context: SubmitContext, path: string): LocalFiles {
  if (context.files !== undefined) return context.files;
  throw new PlatformError("Unsupported", `'${path}' is a local path; upload it first and use its 'azureml:' name.`);
}

async function contentDigest(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
