import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import { evaluatePipeline, type PipelineEvaluation } from "../../../domain/pipelines/evaluate-pipeline.ts";
import type { Outcome } from "../../../engine/define-resource.ts";
import { cancelJob } from "../cancel-job.ts";
import type { ChildNews } from "../children/child-news.ts";
import { cancelChildren } from "../children/child-jobs.ts";
import { ensureExperiment, ensureRun, workspaceOf } from "../job-run.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { childId } from "@lazuli/contract/resource-id.ts";
import { collectRounds } from "./collect-rounds.ts";
import { writeExecutionLog } from "./execution-log.ts";
import { finishPipeline } from "./finish-pipeline.ts";
import { learnChild, learnChildren } from "./learn-children.ts";
import { detailOf } from "./pipeline-detail.ts";
import { policyOf } from "./pipeline-settings.ts";
import type { Pipeline, PipelineScene, PipelineView, PipelineViews } from "./pipeline-view.ts";
import { startStep } from "./start-step.ts";

/** What a pipeline works with beside the tools of every kind. */
export interface PipelineTools extends ReconcileTools {
  readonly views: PipelineViews;
  readonly news: ChildNews;
}

/** A look that nobody asked for, in case news of a step got lost. */
const SAFETY_CHECK_MS = 20_000;
const CANCEL_CHECK_MS = 1_000;
/** Jobs made at a time. */
const START_BATCH = 32;
/** Rounds of starting in one look: reused steps end at once and free those after them. */
const PASSES_MAX = 2_000;

/** Level-based: looks at the jobs that are there and makes those that are missing. */
export async function reconcilePipeline(job: Pipeline, tools: PipelineTools): Promise<Outcome<JobState>> {
  if (isTerminalStatus(job.state.status)) return { kind: "ready" };
  const { context, deps } = tools;
  const experimentId = job.state.hasRun ? undefined : await ensureExperiment(job, deps);
  if (experimentId !== undefined) await ensureRun(job, { experimentId, status: "RUNNING", context }, deps);
  const view = await tools.views.open(job, deps);
  let pipeline: Pipeline = { ...job, state: begun(job, context.clock.now()) };
  const isCanceling = pipeline.state.cancelRequestedAt !== undefined;
  const hasNews = await learnChildren(pipeline, view, tools);
  if (!hasNews && !isCanceling) return checkLater(pipeline, SAFETY_CHECK_MS);

  let evaluation = evaluate(pipeline, view);
  for (let pass = 0; pass < PASSES_MAX && !isCanceling; pass += 1) {
    const scene = { pipeline, view, units: evaluation.units };
    await collectRounds(scene, deps);
    if (evaluation.start.length === 0) break;
    pipeline = await startAll(scene, evaluation.start, tools);
    evaluation = evaluate(pipeline, view);
  }
  await writeExecutionLog(pipeline, view, tools);

  const openCount = isCanceling
    ? await cancelChildren(pipeline, context)
    : evaluation.isStopping
      ? await stopRest(pipeline, view, tools)
      : 0;
  if (isCanceling ? openCount === 0 : evaluation.outcome !== undefined) {
    const state = await finishPipeline({ pipeline, view, units: evaluation.units }, evaluation.outcome, tools);
    tools.views.forget(pipeline);
    tools.news.forgetAll(pipeline.key);
    return { kind: "ready", state };
  }
  return checkLater(pipeline, openCount > 0 ? CANCEL_CHECK_MS : SAFETY_CHECK_MS);
}

function checkLater({ state }: Pipeline, afterMs: number): Outcome<JobState> {
  return { kind: "checkAgain", afterMs, reason: state.timeline.at(-1)?.reason ?? "", state };
}

function begun(job: Pipeline, at: number): JobState {
  if (job.state.status === "Running") return { ...job.state, hasRun: true };
  const state = enterPhase(job.state, { phase: "Running", at, reason: "runs its steps" });
  return { ...state, hasRun: true, startedAt: job.state.startedAt ?? at };
}

function evaluate(pipeline: Pipeline, view: PipelineView): PipelineEvaluation {
  const literals = Object.entries({ ...view.loaded.definition.inputs, ...pipeline.properties.inputs }).flatMap(
    ([name, input]) => {
      const value = input === null ? undefined : "value" in input ? input.value : input["default"];
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? [[name, String(value)] as const]
        : [];
    },
  );
  return evaluatePipeline(view.graph, {
    childOf: view.facts(detailOf(pipeline).refused),
    literals: Object.fromEntries(literals),
    policy: policyOf(pipeline.properties),
  });
}

async function startAll(scene: PipelineScene, start: readonly string[], tools: PipelineTools): Promise<Pipeline> {
  const { pipeline, view } = scene;
  const refused: Record<string, string> = {};
  for (let index = 0; index < start.length; index += START_BATCH) {
    await Promise.all(
      start.slice(index, index + START_BATCH).map(async (instance) => {
        const started = await startStep(scene, instance, tools);
        if ("job" in started) await learnChild(view, started.job, tools);
        else refused[instance] = started.refusal;
      }),
    );
  }
  if (Object.keys(refused).length === 0) return pipeline;
  const detail = detailOf(pipeline);
  return {
    ...pipeline,
    state: { ...pipeline.state, detail: { ...detail, refused: { ...detail.refused, ...refused } } },
  };
}

/** Ends what still runs after a step has failed. Answers how many have not ended yet. */
async function stopRest(pipeline: Pipeline, view: PipelineView, tools: PipelineTools): Promise<number> {
  const running = [...view.records.values()].filter(({ fact }) => fact.status === "active");
  const workspaceId = workspaceOf(pipeline);
  await Promise.all(running.map(({ name }) => cancelJob({ id: childId(workspaceId, "jobs", name) }, tools.context)));
  return running.length;
}
