import type { JobStatus } from "@lazuli/contract/jobs/job-base.ts";
import type { TaskEvent } from "@lazuli/contract/node/task-report.ts";

import type { Task } from "../../../engine/tasks/tasks.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import { followServices } from "./job-services.ts";

const STATUS_OF_PHASE: Readonly<Record<TaskEvent["phase"], JobStatus | undefined>> = {
  preparing: "Preparing",
  starting: "Starting",
  running: "Running",
  finalizing: "Finalizing",
  // The job ends with the task's result, which comes with reasons of its own.
  ended: undefined,
};

/** The job as the runner's events tell it; events that are in the timeline already change nothing. */
export function followTask(state: JobState, task: Task): JobState {
  const known = new Set(state.timeline.map((entry) => `${entry.phase} ${entry.at} ${entry.reason}`));
  let next = followServices(state, task);
  for (const event of task.events) {
    const phase = STATUS_OF_PHASE[event.phase];
    if (phase === undefined || known.has(`${phase} ${event.at} ${event.reason}`)) continue;
    next = enterPhase(next, { phase, at: event.at, reason: event.reason });
    if (phase === "Running" && next.startedAt === undefined) next = { ...next, startedAt: event.at };
  }
  return next;
}
