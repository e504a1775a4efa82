import { PlatformError } from "@lazuli/contract/errors.ts";
import { deploymentLogsRequestSchema } from "@lazuli/contract/resources/online-deployment.ts";

import type { Resource } from "../../engine/resources/resource.ts";
import type { LiveLogs, Task, Tasks } from "../../engine/tasks/tasks.ts";

const SERVER_LOG = "user_logs/std_log.txt";
const BUILD_LOG = "azureml-logs/20_image_build_log.txt";
const TAIL_LINES_DEFAULT = 100;
const TAIL_LINES_MAX = 20_000;
/** Read from the end of a log; longer tails are cut. */
const TAIL_BYTES_MAX = 4 * 1024 * 1024;

/** The end of the log of each replica, headed by what happened to it, in the form that Azure gives. */
export async function readDeploymentLogs(
  deployment: Resource,
  body: unknown,
  { tasks, logs }: { readonly tasks: Tasks; readonly logs: LiveLogs },
): Promise<{ content: string }> {
  const parsed = deploymentLogsRequestSchema.safeParse(body ?? {});
  if (!parsed.success) {
    const message = "'containerType' must be 'InferenceServer' or 'StorageInitializer', and 'tail' a number of lines.";
    throw new PlatformError("BadRequest", message, { target: "containerType" });
  }
  const lineCount = Math.min(parsed.data.tail ?? TAIL_LINES_DEFAULT, TAIL_LINES_MAX);
  const name = parsed.data.containerType === "StorageInitializer" ? BUILD_LOG : SERVER_LOG;
  const all = await tasks.listByOwner(deployment.id);
  const live = all.filter((task) => task.result === undefined);
  const shown = live.length > 0 ? live : all.slice(-1);
  const parts = await Promise.all(
    shown.map(async (task) => renderPart(task, await readTail(logs, { taskId: task.taskId, name }, lineCount))),
  );
  const none = `Deployment '${deployment.name}' has no instance yet.\n`;
  return { content: parts.length === 0 ? none : parts.join("\n") };
}

function renderPart(task: Task, tail: string): string {
  const events = task.events.map(
    (event) => `Time: ${new Date(event.at).toISOString()}, ${event.phase}: ${event.reason}`,
  );
  return [`Instance: ${task.taskId}`, "Container events:", ...events, "", "Container logs:", tail].join("\n");
}

async function readTail(
  logs: LiveLogs,
  log: { readonly taskId: string; readonly name: string },
  lineCount: number,
): Promise<string> {
  const found = (await logs.list(log.taskId)).find((one) => one.name === log.name);
  if (found === undefined || lineCount === 0) return "";
  const start = Math.max(0, found.sizeBytes - TAIL_BYTES_MAX);
  const text = Buffer.from(await logs.read(log, start)).toString("utf8");
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return `${lines.slice(-lineCount).join("\n")}\n`;
}
