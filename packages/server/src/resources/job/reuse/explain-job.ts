import { childId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import { explainRun, type RunExplanation } from "../../../engine/reuse/explain-reuse.ts";
import { listChildren } from "../children/child-jobs.ts";
import { NODE_PROPERTY } from "../children/node-property.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { Job } from "../job-state.ts";

export interface JobExplanation extends Omit<RunExplanation, "differences"> {
  readonly job: string;
  /** The node of a pipeline that the job carries out. */
  readonly node: string | null;
  readonly outcome: "reused" | "ran";
  readonly reusedFrom: string | null;
  readonly differences: RunExplanation["differences"];
  /** Of a pipeline: the same for each of its steps, in the order in which they were made. */
  readonly steps: readonly JobExplanation[];
}

/** Says of a job, and of each step of a pipeline, whether it was reused and from what, or why it ran. */
export async function explainJob(job: Job, context: ResourceContext, deps: JobDependencies): Promise<JobExplanation> {
  const node = job.properties.properties?.[NODE_PROPERTY] ?? null;
  const own = { job: job.name, node, steps: [] };
  if (job.state.reusedFrom !== undefined)
    return { ...own, ...(await explainReused(job, job.state.reusedFrom, context)) };
  const ran = { ...own, outcome: "ran", reusedFrom: null } as const;
  if (job.properties.jobType === "Pipeline") {
    const children = (await listChildren(job, context)).toReversed();
    const steps = await Promise.all(children.map((child) => explainJob(child, context, deps)));
    return { ...ran, ...nothing("pipeline", describeSteps(steps)), steps };
  }
  const run = await deps.reuse.runs.find(job.key);
  if (run !== undefined) return { ...ran, ...(await explainRun(run, deps.reuse)) };
  const message =
    job.ownerKey === undefined
      ? "A job that is submitted by itself always runs; steps of pipelines are reused."
      : "Only steps of pipelines are reused, and this is none.";
  return { ...ran, ...nothing("standsAlone", message) };
}

async function explainReused(job: Job, reusedFrom: string, context: ResourceContext) {
  const original = await context.resources.find(childId(workspaceOf(job), "jobs", reusedFrom));
  const gone = original === undefined ? " That job has been deleted since." : "";
  const reason = (job.state.timeline.at(-1)?.reason ?? "").replace(/^reused: /, "");
  const message = `It did not run: ${reason}, and its outputs stand for this one's.${gone}`;
  return { outcome: "reused", reusedFrom, ...nothing("reused", message) } as const;
}

function nothing(code: string, message: string) {
  return { code, message, key: null, comparedWith: null, differences: [] };
}

function describeSteps(steps: readonly JobExplanation[]): string {
  const reused = steps.filter(({ outcome }) => outcome === "reused").length;
  const rest = reused === steps.length ? "" : "; the others ran";
  return `${reused} of ${steps.length} steps were reused${rest}.`;
}
