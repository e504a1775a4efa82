import type { FinishedJob } from "../../../engine/reuse/finished-job.ts";
import type { StepRequest } from "../../../engine/reuse/step-reuse.ts";
import { ensureChild, findChild, type ChildWish } from "../children/child-jobs.ts";
import { workspaceOf } from "../job-run.ts";
import { jobStateSchema, type Job, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { findResumedStep, goOnFrom, instanceOf } from "./resumed-step.ts";

/** The run in MLflow may be made a moment later: the steps that follow come first. */
const SETTLE_AFTER_MS = 100;

/** A child that need not run where an earlier job did the same. */
export type StepWish = ChildWish & Pick<StepRequest, "step" | "isDeterministic" | "isForced">;

/**
 * Makes the child of a step, or finds it. Where an earlier run did the same, the child is made completed, with that
 * run's outputs: it never gets a task. Throws `PlatformError` when the child is refused.
 */
export async function runOrReuse(parent: Job, wish: StepWish, tools: ReconcileTools): Promise<Job> {
  const { context, deps } = tools;
  const known = await findChild(parent, wish.name, context);
  if (known !== undefined) return known;
  const { name: jobName, properties, step, isDeterministic, isForced } = wish;
  const resumedFrom = await findResumedStep(parent, properties, context);
  const decision = await deps.reuse.decide({
    workspaceId: workspaceOf(parent),
    jobName,
    properties,
    // The same component may stand at two nodes, whose runs say nothing about each other.
    step: `${step}@${instanceOf(properties) ?? ""}`,
    isDeterministic,
    isForced,
    ...(resumedFrom !== undefined && { resumedFrom }),
  });
  if (decision.kind === "run") {
    // Noted beside the job, not after it: a note without its job is never taken for a run.
    const goesOn = { ...wish, properties: await goOnFrom(resumedFrom, { parent, properties, context }) };
    const [child] = await Promise.all([ensureChild(parent, goesOn, context), deps.reuse.runs.put(decision.run)]);
    return child;
  }
  const { original, message } = decision;
  return ensureChild(parent, reusedWish(wish, original, { at: context.clock.now(), message }), context);
}

function reusedWish(
  wish: StepWish,
  original: FinishedJob,
  { at, message }: { at: number; message: string },
): ChildWish {
  const own = wish.properties["properties"];
  const properties = {
    ...(typeof own === "object" && own !== null && own),
    ...original.outputProperties,
    // The words by which clients know a reused step, and from which they download.
    "azureml.isreused": "true",
    "azureml.reusedrunid": original.ranAs,
  };
  return {
    name: wish.name,
    properties: { ...wish.properties, properties },
    lookAfterMs: SETTLE_AFTER_MS,
    initialState: reusedState(original, { at, message }),
  };
}

function reusedState(original: FinishedJob, { at, message }: { at: number; message: string }): Partial<JobState> {
  return {
    status: "Completed",
    timeline: [{ phase: "Completed", at, reason: `reused: ${message}` }],
    startedAt: at,
    endedAt: at,
    outputs: jobStateSchema.shape.outputs.parse(original.outputs),
    addedProperties: { ...original.addedProperties },
    reusedFrom: original.ranAs,
    isCleared: true,
  };
}
