import { PlatformError } from "@lazuli/contract/errors.ts";

import { ensureChild } from "../children/child-jobs.ts";
import type { Job } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { resumedProperties } from "../reuse/resumed-step.ts";
import { runOrReuse } from "../reuse/run-or-reuse.ts";
import { bindStep } from "./bind-step.ts";
import type { PipelineScene } from "./pipeline-view.ts";
import { stepProperties, type BoundStep } from "./step-properties.ts";

/** A step's job, or why there can be none. */
export type StartedStep = { readonly job: Job } | { readonly refusal: string };

/** Makes the job of a step, or finds the one that an earlier try made; where an earlier run did the same, that stands. */
export async function startStep(scene: PipelineScene, instance: string, tools: ReconcileTools): Promise<StartedStep> {
  const { pipeline, view } = scene;
  try {
    const step = bindStep(scene, instance);
    const wish = { name: view.nameOf(instance), properties: stepProperties(pipeline, step) };
    // A pipeline within a pipeline decides for each of its own steps.
    if (step.spec.type === "pipeline") {
      const properties = await resumedProperties(pipeline, wish.properties, tools.context);
      return { job: await ensureChild(pipeline, { ...wish, properties }, tools.context) };
    }
    const isDeterministic = step.spec.is_deterministic ?? true;
    const isForced = pipeline.properties.settings?.force_rerun ?? false;
    const job = await runOrReuse(pipeline, { ...wish, step: stepKey(step), isDeterministic, isForced }, tools);
    return { job };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
    return { refusal: error.message };
  }
}

/** Anonymous components change their name with their content; the node is what stays. */
function stepKey(step: BoundStep): string {
  const { name } = step.spec;
  return name == null || name === "azureml_anonymous" ? `node:${step.name}` : `component:${name}`;
}
