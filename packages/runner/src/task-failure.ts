import type { TaskError } from "@lazuli/contract/node/task-report.ts";

/** Ends a task with an error that people are shown; anything else that is thrown is reported as the system's fault. */
export class TaskFailure extends Error {
  readonly error: TaskError;
  constructor(error: Omit<TaskError, "logTail"> & { logTail?: string[] }, cause?: unknown) {
    super(error.message, { cause });
    this.name = "TaskFailure";
    this.error = { logTail: [], ...error };
  }
}

export function toTaskError(error: unknown): TaskError {
  if (error instanceof TaskFailure) return error.error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return {
      category: "system",
      code: "DiskFull",
      message: `The node's disk is full: ${message}.`,
      hint: "Free some disk space on the node, then submit again.",
      logTail: [],
    };
  }
  return {
    category: "system",
    code: "RunnerError",
    message: `The node could not carry the task out: ${message}.`,
    logTail: [],
  };
}
