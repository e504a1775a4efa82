import { planTrigger } from "../../domain/schedules/trigger-plan.ts";
import type { Schedule } from "./schedule-state.ts";

/** Times of runs to come that are shown. */
const NEXT_RUNS_MAX = 5;

/** Wire properties: Azure's fields, and under `lazuli` when it ran and runs. */
export function renderSchedule(schedule: Schedule): Record<string, unknown> {
  const { properties, state } = schedule;
  const [last] = state.runs;
  return {
    ...properties,
    isEnabled: properties.isEnabled ?? true,
    tags: properties.tags ?? {},
    properties: properties.properties ?? {},
    lazuli: {
      nextRunAt: time(state.dueAt),
      nextRuns: nextRuns(schedule).map(time),
      lastRunAt: time(last?.dueAt),
      runs: state.runs.map(({ dueAt, at, jobName, error }) => ({
        dueAt: time(dueAt),
        at: time(at),
        jobName: jobName ?? null,
        error: error ?? null,
      })),
      missed:
        state.missed === undefined
          ? null
          : { dueAt: time(state.missed.dueAt), noticedAt: time(state.missed.noticedAt) },
      reason: describe(schedule),
    },
  };
}

function describe({ properties, state }: Schedule): string {
  if (properties.isEnabled === false) return "disabled";
  if (state.dueAt === undefined) return "there is no run any more: the end has passed";
  return "waits for its next run";
}

function nextRuns({ properties, state }: Schedule): number[] {
  if (state.dueAt === undefined) return [];
  const plan = planTrigger(properties.trigger, state.plannedAt);
  const runs = [state.dueAt];
  while ("nextRun" in plan && runs.length < NEXT_RUNS_MAX) {
    const next = plan.nextRun(runs.at(-1) ?? 0);
    if (next === undefined) break;
    runs.push(next);
  }
  return runs;
}

function time(instant: number | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}
