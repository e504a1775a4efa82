import type { TaskError, TaskResult } from "@lazuli/contract/node/task-report.ts";

/** How a job's tasks stand together. */
export interface GroupFacts {
  /** Results by rank of node; `undefined` while the task goes on. */
  readonly results: readonly (TaskResult | undefined)[];
  /** The first node decides: the others only serve it. */
  readonly isLed: boolean;
}

/** Whether the tasks that go on have no purpose any more: one failed, or the one they serve has ended. */
export function isDecided({ results, isLed }: GroupFacts): boolean {
  const leader = results[0];
  if (isLed && leader !== undefined) return true;
  return results.some((result) => result !== undefined && result.outcome !== "completed");
}

/**
 * One result for the job of several nodes: the first failure in time is its cause, what failed after it mostly failed
 * because of it.
 */
export function joinResults(results: readonly TaskResult[], isLed: boolean): TaskResult {
  const [leader] = results;
  const only = results.length === 1 || (isLed && leader?.outcome === "completed") ? leader : undefined;
  if (only !== undefined) return only;
  const startedAt = Math.min(...results.map((result) => result.startedAt ?? Number.POSITIVE_INFINITY));
  const common = {
    ...(Number.isFinite(startedAt) && { startedAt }),
    endedAt: Math.max(...results.map((result) => result.endedAt)),
    substitutions: Object.assign({}, ...results.map((result) => result.substitutions)),
  };
  const failures = results.flatMap((result, rank) => (result.outcome === "failed" ? [{ result, rank }] : []));
  const first = failures.toSorted((left, right) => left.result.endedAt - right.result.endedAt)[0];
  if (first !== undefined) {
    const { exitCode, error } = first.result;
    return { outcome: "failed", exitCode, ...common, ...(error !== undefined && { error: onNode(error, first.rank) }) };
  }
  const canceled = results.find((result) => result.outcome === "canceled");
  if (canceled !== undefined) return { outcome: "canceled", exitCode: canceled.exitCode, ...common };
  return { outcome: "completed", exitCode: 0, ...common };
}

function onNode(error: TaskError, rank: number): TaskError {
  return { ...error, message: `Node ${rank}: ${error.message}` };
}
