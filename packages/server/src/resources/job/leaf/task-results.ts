import type { TaskError, TaskResult } from "@lazuli/contract/node/task-report.ts";

/** @param endedAt Milliseconds since 1970, as in all of these. */
export function canceled(endedAt: number): TaskResult {
  return { outcome: "canceled", exitCode: null, endedAt, substitutions: {} };
}

/** A job that ended before it had a task. */
export function failedBefore(error: TaskError, endedAt: number): TaskResult {
  return { outcome: "failed", exitCode: null, error, endedAt, substitutions: {} };
}

export function runnerLost(endedAt: number): TaskResult {
  return failedBefore(
    {
      category: "system",
      code: "RunnerLost",
      message: "The process that ran the job is gone, and nobody knows how far it came.",
      hint: "Submit the job again. If it happens again, look for a machine that ran out of memory.",
      logTail: [],
    },
    endedAt,
  );
}

export function nodeSilent(endedAt: number): TaskResult {
  return failedBefore(
    {
      category: "system",
      code: "NodeSilent",
      message: "The node has not answered for more than a minute, so its task was given up.",
      hint: "Look whether the machine was overloaded or a process was stopped by hand, then submit the job again.",
      logTail: [],
    },
    endedAt,
  );
}

export function computeClosed(reason: string, endedAt: number): TaskResult {
  const message = `The job was stopped: ${reason}.`;
  return failedBefore({ category: "user", code: "ComputeDeleted", message, logTail: [] }, endedAt);
}
