import { childId, resourceKey } from "@lazuli/contract/resource-id.ts";

import type { PartDifference } from "../../../domain/reuse/explain-difference.ts";
import type { StepParts } from "../../../domain/reuse/step-parts.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { explainWithFiles } from "../../../engine/reuse/explain-reuse.ts";
import { listChildren } from "../children/child-jobs.ts";
import { NODE_PROPERTY } from "../children/node-property.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { Job } from "../job-state.ts";
import { diffMetrics, type MetricDifference } from "./diff-metrics.ts";
import { patchCode, type CodePatch } from "./patch-code.ts";

/** What two jobs do not have in common. A list without entries means that nothing of it differs. */
export interface JobDiff {
  readonly before: JobSummary;
  readonly after: JobSummary;
  readonly isSame: boolean;
  readonly code: readonly PartDifference[];
  /** Text of the small files of code that differ, as `diff -u` writes it. */
  readonly patches: readonly CodePatch[];
  readonly environment: readonly PartDifference[];
  readonly inputs: readonly PartDifference[];
  readonly parameters: readonly PartDifference[];
  /** Command, outputs, variables and all else that a job says of how it works. */
  readonly settings: readonly PartDifference[];
  readonly metrics: readonly MetricDifference[];
  /** Of two pipelines: their steps by node, those that differ. */
  readonly steps: readonly StepDiff[];
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

export interface JobSummary {
  readonly job: string;
  readonly status: string;
  readonly durationSeconds: number | null;
}

export interface StepDiff {
  readonly node: string;
  /** `null` where only one of the pipelines has the node. */
  readonly diff: JobDiff | null;
  readonly message: string;
}

interface DiffTools {
  readonly context: ResourceContext;
  readonly deps: JobDependencies;
}

/** Steps of each pipeline that are compared. */
const STEPS_MAX = 2_000;

/** Compares two jobs, and of two pipelines their steps. */
export async function diffJobs(before: Job, after: Job, tools: DiffTools): Promise<JobDiff> {
  const { deps } = tools;
  const [{ differences, notes }, metrics, steps] = await Promise.all([
    diffParts(before, after, deps),
    diffMetrics(before, after, deps),
    diffSteps(before, after, tools),
  ]);
  const of = (...parts: readonly PartDifference["part"][]) => differences.filter(({ part }) => parts.includes(part));
  const code = of("code");
  return {
    before: summarize(before),
    after: summarize(after),
    isSame: differences.length === 0 && metrics.length === 0 && steps.length === 0 && notes.length === 0,
    code,
    patches: await patchCode(before, after, { code, deps }),
    environment: of("environment"),
    inputs: of("input"),
    parameters: of("parameter"),
    settings: of("kind", "command", "output", "environmentVariable", "setting"),
    metrics,
    steps,
    notes,
  };
}

async function diffParts(before: Job, after: Job, deps: JobDependencies) {
  const [one, other] = await Promise.all([before, after].map((job) => partsOf(job, deps)));
  const notes = [one, other].filter((parts) => typeof parts === "string");
  if (one === undefined || other === undefined || typeof one === "string" || typeof other === "string") {
    return { differences: [], notes };
  }
  return { differences: await explainWithFiles(one, other, deps.reuse.contents), notes };
}

/** What a step was made of when it was decided about; of any other job, what it is made of now. */
async function partsOf(job: Job, deps: JobDependencies): Promise<StepParts | string> {
  const { reusedFrom } = job.state;
  const ran = reusedFrom === undefined ? job.key : resourceKey(childId(workspaceOf(job), "jobs", reusedFrom));
  const noted = await deps.reuse.runs.find(ran);
  if (noted?.parts !== undefined) return noted.parts;
  // The graph of a pipeline is compared step by step.
  const { jobs: _jobs, ...properties } = job.properties;
  return deps.reuse.partsOf(properties, workspaceOf(job));
}

async function diffSteps(before: Job, after: Job, tools: DiffTools): Promise<StepDiff[]> {
  if (before.properties.jobType !== "Pipeline" || after.properties.jobType !== "Pipeline") return [];
  const [ones, others] = await Promise.all([stepsOf(before, tools), stepsOf(after, tools)]);
  const nodes = [...new Set([...ones.keys(), ...others.keys()])].slice(0, STEPS_MAX);
  const diffs = await Promise.all(
    nodes.map(async (node): Promise<StepDiff[]> => {
      const [one, other] = [ones.get(node), others.get(node)];
      if (one === undefined) return [{ node, diff: null, message: `only in '${after.name}'` }];
      if (other === undefined) return [{ node, diff: null, message: `only in '${before.name}'` }];
      const diff = await diffJobs(one, other, tools);
      return diff.isSame ? [] : [{ node, diff, message: describe(diff) }];
    }),
  );
  return diffs.flat();
}

async function stepsOf(pipeline: Job, { context }: DiffTools): Promise<Map<string, Job>> {
  const children = (await listChildren(pipeline, context)).toReversed();
  return new Map(children.map((child) => [child.properties.properties?.[NODE_PROPERTY] ?? child.name, child]));
}

function describe({ code, environment, inputs, parameters, settings, metrics, steps, notes }: JobDiff): string {
  const parts = [...code, ...environment, ...inputs, ...parameters, ...settings].map(({ message }) => message);
  if (metrics.length > 0)
    parts.push(`${metrics.length} ${metrics.length === 1 ? "metric" : "metrics"} of other values`);
  if (steps.length > 0) parts.push(`${steps.length} ${steps.length === 1 ? "step differs" : "steps differ"}`);
  return [...parts, ...notes].join("; ");
}

function summarize({ name, state }: Job): JobSummary {
  const { startedAt, endedAt, status } = state;
  const durationSeconds = startedAt === undefined || endedAt === undefined ? null : (endedAt - startedAt) / 1_000;
  return { job: name, status, durationSeconds };
}
