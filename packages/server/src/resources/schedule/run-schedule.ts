import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import { workspaceOf } from "./admit-schedule.ts";
import { definitionOfRun, jobNameOf } from "./job-definition.ts";
import type { ScheduleDependencies } from "./schedule-dependencies.ts";
import type { Schedule, ScheduleRun } from "./schedule-state.ts";

const ARRIVES_LATER = {
  InvokeBatchEndpoint: "Schedules that invoke batch endpoints are kept, but run only in a later release.",
  ImportData: "Schedules that import data are kept, but run only in a later release.",
  CreateMonitor: "Schedules that monitor models are kept, but run only in a later release.",
} as const;

/**
 * Does what the schedule does, for a time that it is due. Doing it again for the same time changes nothing, because
 * the job's name holds the time. What stands against it is told in the run; what may pass is thrown.
 */
export async function runSchedule(
  schedule: Schedule,
  dueAt: number,
  tools: { context: ResourceContext; deps: ScheduleDependencies },
): Promise<ScheduleRun> {
  const at = tools.context.clock.now();
  const jobName = jobNameOf(schedule.name, dueAt);
  try {
    await createJob(schedule, { jobName, dueAt }, tools);
    return { dueAt, at, jobName };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
    return { dueAt, at, error: error.message };
  }
}

/** Throws what speaks against the job; one that is there already is left alone. */
export async function createJob(
  schedule: Schedule,
  run: { jobName: string; dueAt: number },
  { context, deps }: { context: ResourceContext; deps: ScheduleDependencies },
): Promise<void> {
  const { action } = schedule.properties;
  if (action.actionType !== "CreateJob") throw new PlatformError("Unsupported", ARRIVES_LATER[action.actionType]);
  const workspaceId = workspaceOf(schedule);
  const id = childId(workspaceId, "jobs", run.jobName);
  if ((await context.resources.find(id)) !== undefined) return;
  const principal = { ...schedule.state.owner, scopes: schedule.state.owner.scopes };
  await deps.access.assertCan(principal, `${MACHINE_LEARNING}/workspaces/jobs/write`, id);
  const properties = definitionOfRun(action.jobDefinition, { scheduleName: schedule.name, ...run });
  try {
    await context.resources.put({ id, properties, principal, ifNoneMatch: "*" });
  } catch (error) {
    // Somebody else made it in between: the run is there, which is all that is wanted.
    if (error instanceof PlatformError && error.code === "PreconditionFailed") return;
    throw error;
  }
}
