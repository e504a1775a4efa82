import { PlatformError } from "./errors.ts";

export const MACHINE_LEARNING = "Microsoft.MachineLearningServices";

/** One step below the provider: `["onlineEndpoints", "iris"]`. */
export type IdSegment = readonly [collection: string, name: string];

/**
 * A parsed ARM id under the machine learning provider. Collections are spelt as the caller spelt them;
 * compare ids with {@link resourceKey}, which ignores case as Azure does.
 */
export interface ResourceId {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly segments: readonly IdSegment[];
}

/** An ARM path: the id, then perhaps a collection to list (`workspaces`) or an action to post (`listKeys`). */
export interface ResourcePath extends ResourceId {
  readonly trailing: string | undefined;
}

const PATH =
  /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.machinelearningservices\/(.+)$/i;

/** Parses an ARM path; `undefined` when it is not one under the machine learning provider. Decodes each part once. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const parts = (match[3] ?? "").replace(/\/+$/, "").split("/").map(decodePart);
  const segments: IdSegment[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) segments.push([parts[index] ?? "", parts[index + 1] ?? ""]);
  const trailing = parts.length % 2 === 1 ? parts.at(-1) : undefined;
  return { subscription: decodePart(match[1] ?? ""), resourceGroup: decodePart(match[2] ?? ""), segments, trailing };
}

/** Parses a full resource id. Throws `BadRequest` when it is not one. */
export function parseResourceId(id: string): ResourceId {
  const path = parseResourcePath(id);
  if (path === undefined || path.trailing !== undefined || path.segments.length === 0) {
    throw new PlatformError("BadRequest", `'${id}' is not the id of a machine learning resource.`, { target: "id" });
  }
  return { subscription: path.subscription, resourceGroup: path.resourceGroup, segments: path.segments };
}

export function renderResourceId(id: ResourceId): string {
  const path = id.segments.map(([collection, name]) => `${collection}/${name}`).join("/");
  return `/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}/providers/${MACHINE_LEARNING}/${path}`;
}

/** The type below the provider, as `workspaces/onlineEndpoints/deployments`. */
export function resourceTypeOf(id: Pick<ResourceId, "segments">): string {
  return id.segments.map(([collection]) => collection).join("/");
}

/** The form under which ids are stored and compared: Azure ignores their case. */
export function resourceKey(id: string): string {
  return id.toLowerCase();
}

/** The id one level up, or `undefined` for a workspace or registry. */
export function parentId(id: ResourceId): ResourceId | undefined {
  return id.segments.length > 1 ? { ...id, segments: id.segments.slice(0, -1) } : undefined;
}

export function childId(parent: string, collection: string, name: string): string {
  return `${parent}/${collection}/${name}`;
}

/** The workspace or registry that an id lies in: its first segment. */
export function rootId(id: ResourceId): ResourceId {
  return { ...id, segments: id.segments.slice(0, 1) };
}

export function lastName(id: Pick<ResourceId, "segments">): string {
  return id.segments.at(-1)?.[1] ?? "";
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PlatformError("BadRequest", `'${part}' is not valid percent-encoding.`, { target: "path" });
  }
}
