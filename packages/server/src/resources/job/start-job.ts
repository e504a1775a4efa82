import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import type { Task } from "../../engine/tasks/tasks.ts";
import type { RunStatus } from "../../tracking/tracking-store.ts";
import { buildTask } from "./build-task.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { enterPhase, type Job, type JobState } from "./job-state.ts";

/** Makes the task and hands it to the driver; the run in MLflow is made meanwhile. Throws `JobFailure`. */
export async function startJob(
  job: Job,
  options: { node: number; context: ResourceContext; signal: AbortSignal },
  deps: JobDependencies,
): Promise<JobState> {
  const { node, context, signal } = options;
  const at = context.clock.now();
  const experimentId = await ensureExperiment(job, deps);
  const run = ensureRun(job, { experimentId, status: "RUNNING", context }, deps);
  const { spec, outputs, substitutions, compute } = await buildTask(job, { experimentId, node, context }, deps).catch(
    async (error: unknown) => {
      await run;
      throw error;
    },
  );
  const [task] = await Promise.all([deps.tasks.create({ spec, ownerId: job.id, driver: deps.driver.name }), run]);
  await handOver(task, signal, deps);
  const entry = { phase: "Preparing", at, reason: `got node ${node} of '${compute}'` } as const;
  return {
    ...enterPhase(job.state, entry),
    hasRun: true,
    substitutions,
    outputs: Object.fromEntries(outputs.map(({ output, uri }) => [output.name, { type: output.type, uri }])),
  };
}

/** Gives a task to the driver, which starts it once however often it is asked. */
export async function handOver(task: Task, signal: AbortSignal, deps: JobDependencies): Promise<void> {
  const handle = await deps.driver.start(task.spec, signal);
  await deps.tasks.setHandle(task.taskId, handle);
}

export async function ensureExperiment(job: Job, deps: JobDependencies): Promise<string> {
  const name = job.properties.experimentName ?? "Default";
  return (await deps.tracking.ensureExperiment(job.parentKey, name)).experimentId;
}

/** The job's run in MLflow: the same id as the job's name. */
export async function ensureRun(
  job: Job,
  options: { experimentId: string; status: RunStatus; context: ResourceContext },
  deps: JobDependencies,
): Promise<void> {
  const { experimentId, status, context } = options;
  const { submittedBy, hasRun } = job.state;
  if (hasRun) {
    await deps.tracking.setRunStatus(job.parentKey, job.name, status, context.clock.now());
    return;
  }
  await deps.tracking.ensureRun({
    workspaceKey: job.parentKey,
    runId: job.name,
    experimentId,
    name: job.properties.displayName ?? job.name,
    userId: submittedBy.name,
    status,
    startedAt: context.clock.now(),
    tags: runTags(job),
  });
}

function runTags(job: Job): Record<string, string> {
  const own = { ...job.properties.tags, ...job.properties.properties };
  const entries = Object.entries(own).map(([name, value]) => [name, value ?? ""] as const);
  return {
    ...Object.fromEntries(entries),
    "mlflow.user": job.state.submittedBy.name,
    "mlflow.source.type": "JOB",
    "mlflow.source.name": job.name,
  };
}

/** Id of the workspace that a job lies in. */
export function workspaceOf(job: Pick<Job, "id">): string {
  return renderResourceId(rootId(parseResourceId(job.id)));
}
