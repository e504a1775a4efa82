import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { triggerOnceSchema } from "@lazuli/contract/resources/schedule.ts";

import { parseTime } from "../../domain/schedules/parse-wall-time.ts";
import { ZonedTime } from "../../domain/schedules/zoned-time.ts";
import type { ResourceContext } from "../../engine/define-resource.ts";
import { workspaceOf } from "./admit-schedule.ts";
import { jobNameOf } from "./job-definition.ts";
import { createJob } from "./run-schedule.ts";
import type { ScheduleDependencies } from "./schedule-dependencies.ts";
import { addRun, scheduleStateSchema, type Schedule } from "./schedule-state.ts";

const SUFFIX_LENGTH = 4;

/** Runs the schedule once more, now, whether it is enabled or not. Answers as Azure does: the job's name. */
export async function triggerSchedule(
  schedule: Schedule,
  body: unknown,
  tools: { context: ResourceContext; deps: ScheduleDependencies },
): Promise<Record<string, unknown>> {
  const { context } = tools;
  const parsed = triggerOnceSchema.safeParse(body ?? {});
  const asked = parsed.success ? parsed.data.scheduleTime : undefined;
  const at = context.clock.now();
  const dueAt = asked == null ? at : parseTime(asked, new ZonedTime("UTC"));
  if (dueAt === undefined) {
    throw new PlatformError("BadRequest", `'${asked ?? ""}' is no time; write it as 2026-01-31T08:00:00Z.`, {
      target: "scheduleTime",
    });
  }
  const jobName = await freeName(schedule, dueAt, context);
  await createJob(schedule, { jobName, dueAt }, tools);
  await context.resources.updateState(schedule.id, (latest) =>
    addRun(scheduleStateSchema.parse(latest.state), { dueAt, at, jobName }),
  );
  return { submissionId: jobName, scheduleActionType: schedule.properties.action.actionType };
}

/** Each call is a run of its own, in the same second too. */
async function freeName(schedule: Schedule, dueAt: number, context: ResourceContext): Promise<string> {
  const name = jobNameOf(schedule.name, dueAt);
  const taken = await context.resources.find(childId(workspaceOf(schedule), "jobs", name));
  return taken === undefined ? name : `${name}-${context.newId().slice(0, SUFFIX_LENGTH)}`;
}
