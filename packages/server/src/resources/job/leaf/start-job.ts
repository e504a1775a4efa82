import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import { buildTask } from "./build-task.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { ensureExperiment, ensureRun } from "../job-run.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { Leaf } from "./leaf-job.ts";

/** Makes the task and hands it to the driver; the run in MLflow is made meanwhile. Throws `JobFailure`. */
export async function startJob(
  job: Leaf,
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
