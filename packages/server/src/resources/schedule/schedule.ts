import { PlatformError } from "@lazuli/contract/errors.ts";
import { scheduleType, type ScheduleProperties } from "@lazuli/contract/resources/schedule.ts";

import { defineResource, type ResourceDefinition } from "../../engine/define-resource.ts";
import { admitSchedule } from "./admit-schedule.ts";
import { reconcileSchedule } from "./reconcile-schedule.ts";
import { renderSchedule } from "./render-schedule.ts";
import type { ScheduleDependencies } from "./schedule-dependencies.ts";
import { initialScheduleState, scheduleStateSchema, type ScheduleState } from "./schedule-state.ts";
import { triggerSchedule } from "./trigger-schedule.ts";

/** Schedules: make a job each time that their trigger names, once. */
export function scheduleResource(deps: ScheduleDependencies): ResourceDefinition<ScheduleProperties, ScheduleState> {
  return defineResource<ScheduleProperties, ScheduleState>({
    type: scheduleType,
    state: scheduleStateSchema,
    initialState: initialScheduleState,
    admit: (request, context) => admitSchedule(request, context, deps),
    async admitRemoval(schedule) {
      if (schedule.properties.isEnabled === false) return;
      throw new PlatformError("Conflict", `Schedule '${schedule.name}' is enabled; disable it before deleting it.`, {
        azureCode: "UserError",
      });
    },
    reconcile: (schedule, context) => reconcileSchedule(schedule, { context, deps }),
    render: async (schedule) => renderSchedule(schedule),
    actions: {
      trigger: ({ resource, body }, context) => triggerSchedule(resource, body, { context, deps }),
    },
  });
}
