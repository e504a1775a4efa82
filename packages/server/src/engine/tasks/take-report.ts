import type { TaskOrder, TaskReport } from "@lazuli/contract/node/task-report.ts";

import type { LiveLogs, Tasks } from "./tasks.ts";

/** Takes a runner's report in, its piece of the log first: whoever sees the result sees the whole log. */
export async function takeReport(
  taskId: string,
  report: TaskReport,
  { tasks, logs }: { readonly tasks: Tasks; readonly logs: LiveLogs },
): Promise<TaskOrder> {
  // A log of a task that is gone would never be removed.
  if (report.logs.length > 0) await tasks.heartbeat(taskId);
  for (const piece of report.logs) {
    await logs.append({ taskId, name: piece.name }, piece.offset, Buffer.from(piece.content, "base64"));
  }
  return tasks.report(taskId, report);
}
