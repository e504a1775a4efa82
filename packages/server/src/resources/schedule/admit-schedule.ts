import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import {
  schedulePropertiesSchema,
  type ScheduleProperties,
  type ScheduleTrigger,
} from "@lazuli/contract/resources/schedule.ts";

import type { Issue } from "../../domain/issue.ts";
import { planTrigger, type TriggerPlan } from "../../domain/schedules/trigger-plan.ts";
import type { Admitted, AdmitRequest, ResourceContext } from "../../engine/define-resource.ts";
import { completeDefinition, definitionOfRun, jobNameOf, type JobDefinition } from "./job-definition.ts";
import type { ScheduleDependencies } from "./schedule-dependencies.ts";
import { initialScheduleState, type Schedule, type ScheduleState } from "./schedule-state.ts";

type ScheduleRequest = AdmitRequest<ScheduleProperties, ScheduleState>;

/** A job's name holds the schedule's and the time. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,219}$/;
const ANSWERED = ["lazuli", "provisioningState"];

/** Refuses a schedule that could never run; what it runs is checked as though it ran now. */
export async function admitSchedule(
  request: ScheduleRequest,
  context: ResourceContext,
  deps: ScheduleDependencies,
): Promise<Admitted<ScheduleProperties, ScheduleState>> {
  const { name, existing, principal } = request;
  const now = context.clock.now();
  if (!NAME.test(name)) {
    throw new PlatformError(
      "BadRequest",
      `'${name}' cannot name a schedule: use letters, digits, '-' and '_', at most 220, beginning with a letter or digit.`,
      { target: "name" },
    );
  }
  const { trigger, isEnabled } = request.properties;
  const isSameTrigger = existing !== undefined && isSame(existing.properties.trigger, trigger);
  const plannedAt = isSameTrigger ? existing.state.plannedAt : now;
  const plan = requirePlan(trigger, plannedAt);
  const action = await completeAction(request, context, deps);
  const goesOn = isSameTrigger && existing.properties.isEnabled !== false;
  const dueAt = goesOn ? existing.state.dueAt : plan.nextRun(isSameTrigger ? now : now - 1);
  const { dueAt: _, ...before } = existing?.state ?? initialScheduleState;
  const kept = Object.entries(request.properties).filter(([field]) => !ANSWERED.includes(field));
  return {
    properties: schedulePropertiesSchema.parse({ ...Object.fromEntries(kept), isEnabled: isEnabled ?? true, action }),
    envelope: request.envelope,
    state: {
      ...before,
      owner: { ...principal, scopes: principal.scopes === undefined ? undefined : [...principal.scopes] },
      plannedAt,
      ...(isEnabled !== false && dueAt !== undefined && { dueAt }),
    },
  };
}

/** What a stored trigger comes to. Throws `BadRequest` with all that is wrong. */
export function requirePlan(trigger: ScheduleTrigger, plannedAt: number): TriggerPlan {
  const plan = planTrigger(trigger, plannedAt);
  if ("nextRun" in plan) return plan;
  throw refusal(plan);
}

function refusal(issues: readonly Issue[]): PlatformError {
  return new PlatformError("BadRequest", issues.map(({ message }) => message).join(" "), {
    target: issues[0]?.target ?? "properties.trigger",
    details: issues,
    azureCode: "UserError",
  });
}

async function completeAction(
  request: ScheduleRequest,
  context: ResourceContext,
  deps: ScheduleDependencies,
): Promise<ScheduleProperties["action"]> {
  const { action } = request.properties;
  if (action.actionType !== "CreateJob") return action;
  const workspaceId = workspaceOf(request);
  const { resources, clock } = context;
  const definition = await completeDefinition(action.jobDefinition, { workspaceId, resources });
  const jobType = definition["jobType"];
  const wasChecked = isSame(definition, definitionOf(request.existing));
  if (!wasChecked) await checkDefinition(definition, { request, workspaceId, now: clock.now() }, deps);
  return { ...action, jobDefinition: { ...definition, jobType: String(jobType) } };
}

/** Enabling and disabling sends the definition back as it was. */
function definitionOf(existing: Schedule | undefined): unknown {
  const action = existing?.properties.action;
  return action?.actionType === "CreateJob" ? action.jobDefinition : undefined;
}

async function checkDefinition(
  definition: JobDefinition,
  options: { request: ScheduleRequest; workspaceId: string; now: number },
  deps: ScheduleDependencies,
): Promise<void> {
  const { request, workspaceId, now } = options;
  const jobName = jobNameOf(request.name, now);
  const id = childId(workspaceId, "jobs", jobName);
  const properties = definitionOfRun(definition, { scheduleName: request.name, jobName, dueAt: now });
  await deps.checkJob({
    id,
    name: jobName,
    properties,
    envelope: {},
    existing: undefined,
    principal: request.principal,
  });
}

export function workspaceOf({ id }: { readonly id: string }): string {
  return renderResourceId(rootId(parseResourceId(id)));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(withoutNulls(one)) === JSON.stringify(withoutNulls(other));
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
