import type { ReconcileTools } from "../reconcile-tools.ts";
import { workspaceOf } from "../job-run.ts";
import type { Pipeline, PipelineView } from "./pipeline-view.ts";

/** The log that Azure's clients follow while a pipeline runs. */
const LOG_NAME = "logs/azureml/executionlogs.txt";
const LOG_MS_MIN = 500;
/** Characters that put the next writing off by a millisecond. */
const LOG_CHARACTERS_MS = 50;
const TEXT = "text/plain; charset=utf-8";

/** Writes what happened so far, in the order in which it happened: the same lines whoever writes them. */
export async function writeExecutionLog(pipeline: Pipeline, view: PipelineView, tools: ReconcileTools): Promise<void> {
  const now = tools.context.clock.now();
  const hasMore = [...view.records.values()].some(({ fact }) => fact.status === "active");
  if (hasMore && now < view.nextLogAt) return;
  const text = renderExecutionLog(view);
  if (text === view.logText) return;
  // A long log is written less often: the work stays in proportion to what happens.
  view.nextLogAt = now + LOG_MS_MIN + text.length / LOG_CHARACTERS_MS;
  const { account, container, path } = await tools.deps.locator.artifacts(workspaceOf(pipeline), pipeline.name);
  await tools.deps.blobs.put({ account, container, name: path + LOG_NAME }, text, { contentType: TEXT });
  view.logText = text;
}

export function renderExecutionLog(view: Pick<PipelineView, "records">): string {
  const lines = [...view.records.values()].flatMap((record) => {
    const began = { at: record.createdAt, text: `Submitting run, ${record.instance}:${record.name}` };
    if (record.endedAt === undefined) return [began];
    const reused = record.isReused ? ", reused" : "";
    const ended = `Completing processing run id ${record.name} (${record.instance}: ${record.status}${reused}).`;
    return [began, { at: record.endedAt, text: ended }];
  });
  const sorted = lines.toSorted((one, other) => one.at - other.at);
  return sorted.map(({ at, text }) => `[${new Date(at).toISOString()}] ${text}\n`).join("");
}
