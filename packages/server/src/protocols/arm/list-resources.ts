import { childId, resourceKey } from "@lazuli/contract/resource-id.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";

import { PAGE_SIZE_MAX } from "../../engine/resources/resource-store.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { isObject } from "./parse-request.ts";
import { renderResource } from "./render-resource.ts";

const PAGE_SIZE_DEFAULT = 100;
/** Under these names Azure's clients register what has no name of its own. */
const ANONYMOUS_NAMES = new Set(["azureml_anonymous", "CliV2AnonymousEnvironment", "CliV2AnonymousModel"]);

/** A page of a collection, newest first for jobs and versions, by name for the rest; filters as the clients send them. */
export async function listResources(
  request: ArmRequest,
  target: { type: ResourceType; parentId: string },
  deps: ArmDependencies,
): Promise<ArmReply> {
  const { query } = request;
  const isNewestFirst = target.type.shape === "version" || target.type.noun === "job";
  const after = query["$skipToken"] ?? query["$skip"];
  const page = await deps.engine.resources.list({
    parentKey: target.parentId,
    type: target.type.type,
    order: isNewestFirst ? "created-desc" : "name",
    owner: ownerOf(query, target.parentId),
    limit: pageSize(query["$top"] ?? query["count"]),
    where: (resource) => matches(resource, query),
    ...(after !== undefined && after !== "" && { after }),
  });
  const value = await Promise.all(page.items.map((item) => renderResource(item, deps.engine)));
  const isWholeAnswer = query["$top"] !== undefined;
  const nextLink = page.next === undefined || isWholeAnswer ? undefined : nextPage(request, page.next, deps.baseUrl);
  return { status: 200, body: { value, ...(nextLink !== undefined && { nextLink }) } };
}

/** Steps and trials are listed with their parent alone: Azure's clients ask the run history for them. */
function ownerOf(query: ArmRequest["query"], workspaceId: string): string {
  const parent = query["parentJobName"];
  return parent === undefined || parent === "" ? "none" : resourceKey(childId(workspaceId, "jobs", parent));
}

function pageSize(asked: string | undefined): number {
  const size = Number(asked ?? PAGE_SIZE_DEFAULT);
  return Number.isInteger(size) && size > 0 ? Math.min(size, PAGE_SIZE_MAX) : PAGE_SIZE_DEFAULT;
}

function matches(resource: Resource, query: ArmRequest["query"]): boolean {
  if (resource.deletedAt !== undefined) return false;
  const isArchived = resource.properties["isArchived"] === true;
  const view = (query["listViewType"] ?? "ActiveOnly").toLowerCase();
  if (view === "activeonly" && isArchived) return false;
  if (view === "archivedonly" && !isArchived) return false;
  if (!hasSchedule(resource, query)) return false;
  if (isAnonymous(resource)) return false;
  if (query["isDefault"] === "true" && resource.properties["isDefault"] !== true) return false;
  const jobType = query["jobType"];
  if (jobType !== undefined && resource.properties["jobType"] !== jobType) return false;
  const kinds = query["kind"]?.toLowerCase().split(",");
  if (kinds !== undefined && !kinds.includes((resource.envelope.kind ?? "default").toLowerCase())) return false;
  return hasHash(resource, query["hash"]) && hasTag(resource, query["tag"] ?? query["tags"]);
}

/** Containers of what clients register on the way hold nothing that anybody named. */
function isAnonymous(resource: Resource): boolean {
  if (resource.type.endsWith("/versions")) return false;
  return resource.properties["isAnonymous"] === true || ANONYMOUS_NAMES.has(resource.name);
}

/** Schedules by whether they are enabled, those that are when nothing is said; jobs by the schedule that made them. */
function hasSchedule(resource: Resource, query: ArmRequest["query"]): boolean {
  if (resource.type === "workspaces/schedules") {
    const view = (query["listViewType"] ?? "EnabledOnly").toLowerCase();
    const isEnabled = resource.properties["isEnabled"] !== false;
    return view === "disabledonly" ? !isEnabled : view === "all" || isEnabled;
  }
  const { scheduled, scheduleId } = query;
  if (scheduled === undefined && scheduleId === undefined) return true;
  const facts = resource.properties["properties"];
  const schedule = isObject(facts) ? facts["azureml.scheduleId"] : undefined;
  if (scheduleId !== undefined && scheduleId !== "") {
    return schedule === scheduleId.slice(scheduleId.lastIndexOf("/") + 1) && scheduled !== "false";
  }
  return scheduled === undefined || (scheduled === "true") === (schedule !== undefined);
}

/** Code is looked up by the SHA-256 of its content before it is uploaded. */
function hasHash(resource: Resource, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const facts = resource.properties["properties"];
  return isObject(facts) && facts["hash_sha256"] === wanted;
}

/** `name` or `name=value`. */
function hasTag(resource: Resource, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === "") return true;
  const own = resource.properties["tags"];
  const tags: Record<string, unknown> = { ...resource.envelope.tags, ...(typeof own === "object" ? own : {}) };
  return wanted.split(",").every((one) => {
    const [name, value] = one.split("=");
    const actual = tags[name ?? ""];
    return actual !== undefined && (value === undefined || actual === value);
  });
}

function nextPage(request: ArmRequest, token: string, baseUrl: string): string {
  const query = new URLSearchParams({ ...request.query, $skipToken: token });
  return `${baseUrl}${request.mount}${request.path}?${query.toString()}`;
}
