import { findResourceType } from "@lazuli/contract/catalog.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import {
  MACHINE_LEARNING,
  parseResourceId,
  renderResourceId,
  resourceTypeOf,
  type ResourceId,
  type ResourcePath,
} from "@lazuli/contract/resource-id.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";

import type { Resource } from "../../engine/resources/resource.ts";
import type { Accepted } from "../../engine/resources/resources.ts";
import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { listResources } from "./list-resources.ts";
import { operationHeaders } from "./operation-routes.ts";
import { isObject, mergePatch, parsePutBody } from "./parse-request.ts";
import { renderResource } from "./render-resource.ts";
import { findSharedEnvironment, showAsOwn, type SharedEnvironment } from "./shared-environments.ts";

/** Other names under which clients ask for the newest version of an asset. */
const LATEST_ALIASES = new Set(["azureml_default"]);

/** Answers everything at a path below the provider: the verbs that all resources have in common. */
export async function answerResource(
  path: ResourcePath,
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  const shared = request.method === "GET" ? await findSharedEnvironment(path, deps) : undefined;
  if (shared !== undefined) return answerShared(shared, request, deps);
  if (path.trailing !== undefined) return answerTrailing({ path, trailing: path.trailing }, request, deps);
  const target = labelOf(path) ?? path;
  const id = renderResourceId(await resolveAlias(target, deps));
  const type = requireType(target);
  await deps.access.assertCan(request.principal, actionOf(type, request.method), id);
  if (request.method === "GET") return show(id, deps);
  if (request.method === "PUT") return put({ id, body: request.body, isPatch: false }, request, deps);
  if (request.method === "PATCH") return put({ id, body: request.body, isPatch: true }, request, deps);
  if (request.method === "DELETE") return remove(id, request, deps);
  throw new PlatformError("Unsupported", `'${request.method}' is not for '${id}'.`, { azureCode: "MethodNotAllowed" });
}

/** A curated environment, read through a workspace: allowed to whoever may read the workspace's own. */
async function answerShared(shared: SharedEnvironment, request: ArmRequest, deps: ArmDependencies): Promise<ArmReply> {
  const { id, listed, own, asked } = shared;
  await deps.access.assertCan(request.principal, `${MACHINE_LEARNING}/workspaces/environments/read`, asked);
  const path = parseResourceId(id);
  const reply =
    listed === undefined
      ? await show(renderResourceId(await resolveAlias(labelOf(path) ?? path, deps)), deps)
      : await listResources(request, { type: listed, parentId: own }, deps);
  return { ...reply, body: showAsOwn(reply.body, shared) };
}

async function answerTrailing(
  { path, trailing }: { path: ResourcePath; trailing: string },
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  const parentType = resourceTypeOf(path);
  const listed = findResourceType(parentType === "" ? trailing : `${parentType}/${trailing}`);
  const parent = renderResourceId(path);
  if (request.method === "GET" && listed !== undefined) {
    const parentId = path.segments.length === 0 ? parent.slice(0, parent.indexOf("/providers/")) : parent;
    await deps.access.assertCan(request.principal, actionOf(listed, "GET"), parent);
    // The lookup of code by its hash comes before the code is there.
    if (path.segments.length > 0 && request.query["hash"] === undefined) await requireParent(parent, listed, deps);
    return listResources(request, { type: listed, parentId }, deps);
  }
  if (request.method === "POST" || (request.method === "GET" && path.segments.length > 0)) {
    return act({ id: path, name: trailing }, request, deps);
  }
  throw new PlatformError("NotFound", `There is no collection '${trailing}'.`, { azureCode: "InvalidResourceType" });
}

/** Versions of an asset that has none yet are an empty list only where the asset is there. */
async function requireParent(parent: string, listed: ResourceType, deps: ArmDependencies): Promise<void> {
  if (listed.shape === "version" || listed.type.split("/").length > 1) await deps.engine.resources.get(parent);
}

async function act(
  { id, name }: { id: ResourceId; name: string },
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  const type = requireType(id);
  const action = type.actions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const definition = deps.engine.definitions.get(type.type.toLowerCase());
  const run = action === undefined ? undefined : definition?.actions?.[action.name];
  if (action === undefined || run === undefined) {
    throw new PlatformError("NotFound", `A ${type.noun} has no action '${name}'.`, { azureCode: "InvalidAction" });
  }
  const resourceId = renderResourceId(await resolveAlias(id, deps));
  const verb = action.isRead === true ? "read" : `${action.name}/action`;
  const azureAction = `${MACHINE_LEARNING}/${type.type}/${verb}`;
  await deps.access.assertCan(request.principal, azureAction, resourceId);
  // An upload is begun before the asset that it is for exists.
  const resource =
    action.name === "startPendingUpload"
      ? ((await deps.engine.resources.find(resourceId)) ?? draftOf(resourceId, type, request))
      : await deps.engine.resources.get(resourceId);
  const body = await run(
    { resource, body: request.body, query: request.query, principal: request.principal },
    deps.engine.context,
  );
  return body === undefined
    ? { status: action.longRunning ? 202 : 200, ...pollSelf(action, request, deps) }
    : { status: 200, body };
}

/** An action that takes longer is followed by reading the resource itself: `Location` answers 200 once it is there. */
function pollSelf(action: { longRunning: boolean }, request: ArmRequest, deps: ArmDependencies): Partial<ArmReply> {
  if (!action.longRunning) return {};
  const resourcePath = request.path.slice(0, request.path.lastIndexOf("/"));
  const version = encodeURIComponent(request.query["api-version"] ?? "");
  const location = `${deps.baseUrl}${request.mount}${resourcePath}?api-version=${version}`;
  return { headers: { location, "retry-after": "1" } };
}

async function show(id: string, deps: ArmDependencies): Promise<ArmReply> {
  return replyWith(await deps.engine.resources.get(id), 200, deps);
}

async function put(
  change: { id: string; body: unknown; isPatch: boolean },
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  const { resources } = deps.engine;
  const { id } = change;
  const body = change.isPatch ? await patched(await resources.get(id), change.body) : change.body;
  const { properties, envelope } = parsePutBody(body);
  const isDryRun = request.query["dryRun"] === "true";
  const ifMatch = header(request, "if-match");
  const ifNoneMatch = header(request, "if-none-match");
  const accepted = await resources.put({
    id,
    properties,
    envelope,
    principal: request.principal,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(isDryRun && { isDryRun }),
  });
  const reply = await replyWith(accepted.resource, accepted.isNew && !isDryRun ? 201 : 200, deps);
  return { ...reply, headers: { ...reply.headers, ...acceptedHeaders(accepted, request, deps) } };
}

/** What PATCH starts from is the stored wish, not the rendered answer: nothing that is only shown may come back in. */
async function patched(resource: Resource, patch: unknown): Promise<unknown> {
  const current = { ...resource.envelope, properties: resource.properties };
  const { properties, ...rest } = isObject(patch) ? patch : {};
  return mergePatch(current, { ...rest, ...(isObject(properties) && { properties }) });
}

async function remove(id: string, request: ArmRequest, deps: ArmDependencies): Promise<ArmReply> {
  const accepted = await deps.engine.resources.remove(id, request.principal);
  if (accepted === undefined) return { status: 204 };
  if (accepted.operationId === undefined) return { status: 200 };
  return { status: 202, headers: acceptedHeaders(accepted, request, deps) };
}

function acceptedHeaders(accepted: Accepted, request: ArmRequest, deps: ArmDependencies): Record<string, string> {
  if (accepted.operationId === undefined) return {};
  const version = request.query["api-version"] ?? "";
  return operationHeaders(accepted.operationId, { id: accepted.resource.id, version, mount: request.mount }, deps);
}

async function replyWith(resource: Resource, status: number, deps: ArmDependencies): Promise<ArmReply> {
  const body = await renderResource(resource, deps.engine);
  return { status, headers: { etag: String(body["etag"]) }, body };
}

function requireType(id: Pick<ResourceId, "segments">): ResourceType {
  const type = findResourceType(resourceTypeOf(id));
  if (type !== undefined) return type;
  throw new PlatformError("NotFound", `There is no resource type '${resourceTypeOf(id)}'.`, {
    azureCode: "InvalidResourceType",
  });
}

/** `…/environments/x/labels/latest` as the version it stands for. */
function labelOf(path: ResourceId): ResourceId | undefined {
  const last = path.segments.at(-1);
  if (last?.[0].toLowerCase() !== "labels") return undefined;
  return { ...path, segments: [...path.segments.slice(0, -1), ["versions", "azureml_default"]] };
}

async function resolveAlias(id: ResourceId, deps: ArmDependencies): Promise<ResourceId> {
  const last = id.segments.at(-1);
  if (last?.[0].toLowerCase() !== "versions" || !LATEST_ALIASES.has(last[1])) return id;
  const container = { ...id, segments: id.segments.slice(0, -1) };
  const containerId = renderResourceId(container);
  const asset = await deps.engine.resources.get(containerId);
  const [latest] = await deps.engine.store.listChildNames(asset.key, `${asset.type}/versions`);
  if (latest === undefined) throw new PlatformError("NotFound", `'${asset.name}' has no versions.`);
  return { ...container, segments: [...container.segments, ["versions", latest.name]] };
}

function actionOf(type: ResourceType, method: string): string {
  const verb = method === "GET" ? "read" : method === "DELETE" ? "delete" : "write";
  return `${MACHINE_LEARNING}/${type.type}/${verb}`;
}

function draftOf(id: string, type: ResourceType, request: ArmRequest): Resource {
  const slash = id.lastIndexOf("/");
  return {
    id,
    key: id.toLowerCase(),
    type: type.type,
    name: id.slice(slash + 1),
    ownerKey: undefined,
    parentKey: id.slice(0, slash).toLowerCase(),
    envelope: {},
    properties: {},
    state: {},
    provisioningState: "Creating",
    revision: 0,
    generation: 0,
    createdAt: 0,
    createdBy: request.principal.name,
    updatedAt: 0,
    updatedBy: request.principal.name,
    deletedAt: undefined,
  };
}

function header(request: ArmRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
