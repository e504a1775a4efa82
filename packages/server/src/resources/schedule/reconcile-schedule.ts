import type { Outcome, ResourceContext } from "../../engine/define-resource.ts";
import { requirePlan } from "./admit-schedule.ts";
import { runSchedule } from "./run-schedule.ts";
import type { ScheduleDependencies } from "./schedule-dependencies.ts";
import { addRun, type Schedule, type ScheduleState } from "./schedule-state.ts";

/** How late a run may be, as after a restart; later it counts as missed and is passed over, as in Azure. */
const LATE_MS_MAX = 60_000;

/** Carries out what is due and waits for the next. The due time in the state moves on only once its run is on disk. */
export async function reconcileSchedule(
  schedule: Schedule,
  tools: { context: ResourceContext; deps: ScheduleDependencies },
): Promise<Outcome<ScheduleState>> {
  const { dueAt } = schedule.state;
  if (schedule.deletedAt !== undefined || dueAt === undefined) return { kind: "ready", state: schedule.state };
  const now = tools.context.clock.now();
  if (dueAt > now) return waiting(schedule.state, now);
  const plan = requirePlan(schedule.properties.trigger, schedule.state.plannedAt);
  if (now - dueAt > LATE_MS_MAX) {
    const missed = { dueAt, noticedAt: now };
    return waiting(due({ ...schedule.state, missed }, plan.nextRun(Math.max(dueAt, now - LATE_MS_MAX))), now);
  }
  const run = await runSchedule(schedule, dueAt, tools);
  return waiting(due(addRun(schedule.state, run), plan.nextRun(dueAt)), now);
}

function due({ dueAt: _, ...state }: ScheduleState, dueAt: number | undefined): ScheduleState {
  return { ...state, ...(dueAt !== undefined && { dueAt }) };
}

function waiting(state: ScheduleState, now: number): Outcome<ScheduleState> {
  if (state.dueAt === undefined) return { kind: "ready", state };
  return { kind: "ready", state, afterMs: Math.max(0, state.dueAt - now) };
}
