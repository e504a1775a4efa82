import { createHash } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema } from "@lazuli/contract/resources/job.ts";

import { systemPrincipal, type Principal } from "../../../engine/access/principal.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { cancelJob } from "../cancel-job.ts";
import { workspaceOf } from "../job-run.ts";
import { jobStateSchema, type Job } from "../job-state.ts";

const PAGE_SIZE = 1_000;

/** A child that a parent wants to be there. */
export interface ChildWish {
  readonly name: string;
  /** Properties of the job, without `parentJobName`. */
  readonly properties: Record<string, unknown>;
  /** Laid over the state of a child that does not begin at the beginning. */
  readonly initialState?: Readonly<Record<string, unknown>>;
  /** When to look at it first; at once when left out. */
  readonly lookAfterMs?: number;
}

/**
 * A GUID that is the same for the same step of the same parent, so that a retry finds what it made before.
 *
 * @param path What tells the child from its siblings: node, iteration, attempt.
 */
export function childGuid(parent: Pick<Job, "key" | "createdAt">, path: string): string {
  const digest = createHash("sha256").update(`${parent.key}\n${parent.createdAt}\n${path}`).digest("hex");
  const version = `4${digest.slice(13, 16)}`;
  const variant = `8${digest.slice(17, 20)}`;
  return [digest.slice(0, 8), digest.slice(8, 12), version, variant, digest.slice(20, 32)].join("-");
}

/** Makes the child, or finds the one that an earlier try made. Throws `PlatformError` when it is refused. */
export async function ensureChild(parent: Job, wish: ChildWish, context: ResourceContext): Promise<Job> {
  const id = childId(workspaceOf(parent), "jobs", wish.name);
  const known = await context.resources.find(id);
  if (known !== undefined) return toJob(known);
  const properties = { ...wish.properties, parentJobName: parent.name };
  try {
    const accepted = await context.resources.put({
      id,
      properties,
      principal: submitterOf(parent),
      ifNoneMatch: "*",
      initialState: { rootJobName: parent.state.rootJobName ?? parent.name, ...wish.initialState },
      ...(wish.lookAfterMs !== undefined && { lookAfterMs: wish.lookAfterMs }),
    });
    return toJob(accepted.resource);
  } catch (error) {
    const isThere = error instanceof PlatformError && ["PreconditionFailed", "AlreadyExists"].includes(error.code);
    const made = isThere ? await context.resources.find(id) : undefined;
    if (made === undefined) throw error;
    return toJob(made);
  }
}

export async function findChild(parent: Job, name: string, context: ResourceContext): Promise<Job | undefined> {
  const found = await context.resources.find(childId(workspaceOf(parent), "jobs", name));
  return found === undefined ? undefined : toJob(found);
}

/** All children, newest first. */
export async function listChildren(parent: Job, context: ResourceContext): Promise<readonly Job[]> {
  const children: Job[] = [];
  let after: string | undefined;
  do {
    const page = await context.resources.list({
      parentKey: parent.parentKey,
      type: parent.type,
      owner: parent.key,
      order: "created-desc",
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    children.push(...page.items.map(toJob));
    after = page.next;
  } while (after !== undefined);
  return children;
}

/** Asks every child that has not ended to end. Answers how many have not ended yet. */
export async function cancelChildren(parent: Job, context: ResourceContext): Promise<number> {
  const open = (await listChildren(parent, context)).filter(({ state }) => !isTerminalStatus(state.status));
  await Promise.all(open.map((child) => cancelJob(child, context)));
  return open.length;
}

/** Deletes all children. Answers how many are not gone yet. */
export async function removeChildren(parent: Job, context: ResourceContext): Promise<number> {
  const children = await listChildren(parent, context);
  const doomed = children.filter(({ deletedAt }) => deletedAt === undefined);
  for (const child of doomed) await context.resources.remove(child.id, submitterOf(parent));
  return children.length;
}

/** Children act for whoever submitted their parent. */
function submitterOf(parent: Job): Principal {
  return { ...systemPrincipal, ...parent.state.submittedBy };
}

function toJob(resource: Resource): Job {
  return {
    ...resource,
    properties: jobPropertiesSchema.parse(resource.properties),
    state: jobStateSchema.parse(resource.state),
  };
}
