import { dataTypes } from "@lazuli/contract/node/task-spec.ts";
import type { TaskError, TaskResult } from "@lazuli/contract/node/task-report.ts";

import type { PipelineEvaluation } from "../../../domain/pipelines/evaluate-pipeline.ts";
import { endJob } from "../end-job.ts";
import type { JobOutputState, JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { createFindSource } from "./find-source.ts";
import { detailOf } from "./pipeline-detail.ts";
import type { PipelineScene, PipelineView } from "./pipeline-view.ts";
import { outerOutputOf } from "./step-outputs.ts";

/** Closes a pipeline of which nothing runs and nothing can start any more. */
export async function finishPipeline(
  scene: PipelineScene,
  outcome: PipelineEvaluation["outcome"],
  tools: ReconcileTools,
): Promise<JobState> {
  const { pipeline, units } = scene;
  const { context, deps } = tools;
  const isCanceled = pipeline.state.cancelRequestedAt !== undefined;
  const error = isCanceled || outcome !== "failed" ? undefined : describeFailure(scene);
  const result: TaskResult = {
    outcome: isCanceled ? "canceled" : outcome === "failed" ? "failed" : "completed",
    exitCode: null,
    endedAt: context.clock.now(),
    substitutions: {},
    ...(error !== undefined && { error }),
  };
  const reason = isCanceled ? "canceled" : (error?.message ?? "all steps completed");
  const state = await endJob(pipeline, { result, context, reason }, deps);
  const skipped = [...units].flatMap(([name, unit]) =>
    unit.status === "skipped" ? [[name, unit.reason ?? "skipped"] as const] : [],
  );
  return {
    ...state,
    outputs: collectOutputs(scene),
    detail: { ...detailOf(pipeline), skipped: Object.fromEntries(skipped) },
  };
}

/** Outputs of the pipeline that a completed step wrote. */
function collectOutputs(scene: PipelineScene): Record<string, JobOutputState> {
  const { view } = scene;
  const find = createFindSource(scene);
  const outputs: Record<string, JobOutputState> = {};
  for (const [name, node] of Object.entries(view.loaded.definition.nodes)) {
    if (node.kind !== "step" && node.kind !== "parallelFor") continue;
    for (const [output, value] of Object.entries(node.node.outputs ?? {})) {
      const outer = outerOutputOf(value);
      const source = outer === undefined ? undefined : find({ kind: "output", node: name, output });
      const uri = source === undefined || source.kind === "unset" ? undefined : source.uri;
      if (outer === undefined || source === undefined || uri === undefined) continue;
      const type = source.kind === "data" ? (dataTypes.find((one) => one === source.type) ?? "uri_folder") : "uri_file";
      const assetId = assetIdOf(view, uri);
      outputs[outer] = { type, uri, ...(assetId !== undefined && { assetId }) };
    }
  }
  return outputs;
}

function assetIdOf(view: PipelineView, uri: string): string | undefined {
  for (const record of view.records.values()) {
    for (const output of Object.values(record.outputs)) if (output.uri === uri) return output.assetId;
  }
  return undefined;
}

/** The first step that failed says what is wrong; the others are counted. */
function describeFailure({ pipeline, view, units }: PipelineScene): TaskError {
  const { refused } = detailOf(pipeline);
  const bad = [...units].filter(([, unit]) => unit.status === "failed" || unit.status === "canceled");
  const records = [...view.records.values()].filter(
    ({ fact }) => fact.status === "failed" || fact.status === "canceled",
  );
  const first = records.toSorted((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0)).find(({ error }) => error);
  const count = bad.length > 1 ? ` (${bad.length} steps failed or were canceled)` : "";
  const [refusal] = Object.entries(refused);
  if (first?.error !== undefined) {
    const message = `Step '${first.instance}' failed${count}: ${first.error.message}`;
    return { ...first.error, code: "StepFailed", message };
  }
  if (refusal !== undefined) {
    const message = `Step '${refusal[0]}' could not start${count}: ${refusal[1]}`;
    return { category: "user", code: "StepRefused", message, logTail: [] };
  }
  const [name, unit] = bad[0] ?? ["", undefined];
  const why = unit?.reason ?? (unit?.status === "canceled" ? "it was canceled." : "it failed.");
  return {
    category: "user",
    code: "StepFailed",
    message: `Step '${name}' did not complete${count}: ${why}`,
    logTail: [],
  };
}
