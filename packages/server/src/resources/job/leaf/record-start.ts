import { ensureExperiment, ensureRun, workspaceOf } from "../job-run.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { planOutputs } from "./job-outputs.ts";
import { resolveLeafEnvironment } from "./leaf-environment.ts";
import type { Leaf } from "./leaf-job.ts";

/**
 * Whether the server ended after it had stored the job's tasks and before it wrote so to the job. The tasks go on; what
 * the job was to know of them is lost.
 */
export function isStartUnrecorded({ status }: JobState): boolean {
  return status === "NotStarted" || status === "Queued";
}

/** Finds out again what starting the job had found out: its run, the places of its outputs, what was substituted. */
export async function recordStart(job: Leaf, { context, deps }: ReconcileTools): Promise<JobState> {
  const workspaceId = workspaceOf(job);
  const experimentId = await ensureExperiment(job, deps);
  const [outputs, environment] = await Promise.all([
    planOutputs({ name: job.name, job: job.properties, workspaceId }, deps),
    resolveLeafEnvironment(job.properties, workspaceId, deps),
    ensureRun(job, { experimentId, status: "RUNNING", context }, deps),
  ]);
  const entry = { phase: "Preparing", at: context.clock.now(), reason: "found its tasks again" } as const;
  return {
    ...enterPhase(job.state, entry),
    hasRun: true,
    substitutions: { ...environment.substitutions, ...job.state.substitutions },
    outputs: Object.fromEntries(outputs.map(({ output, uri }) => [output.name, { type: output.type, uri }])),
  };
}
