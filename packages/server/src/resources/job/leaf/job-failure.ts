import { PlatformError } from "@lazuli/contract/errors.ts";
import type { TaskError } from "@lazuli/contract/node/task-report.ts";

/** What ends a job before its task has begun. */
export class JobFailure extends Error {
  readonly error: TaskError;

  constructor(error: Omit<TaskError, "logTail">, cause?: unknown) {
    super(error.message, cause === undefined ? undefined : { cause });
    this.name = "JobFailure";
    this.error = { ...error, logTail: [] };
  }
}

/** Carries out a step; what the user can act on becomes a failure of the job, anything else is thrown on. */
export async function orFail<Value>(
  step: Promise<Value>,
  options: { category: TaskError["category"]; code: string; subject: string; hint: string },
): Promise<Value> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
    const { category, code, subject, hint } = options;
    throw new JobFailure({ category, code, message: `${subject}: ${error.message}`, hint }, error);
  }
}
