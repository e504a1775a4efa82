import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import { ensureExperiment, ensureRun } from "../job-run.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import { buildTasks, type TaskPlace } from "./build-task.ts";
import type { Leaf } from "./leaf-job.ts";

export interface StartOptions {
  readonly place: Omit<TaskPlace, "experimentId" | "context">;
  /** Told on the job beside what the environment substitutes. */
  readonly substitutions: Readonly<Record<string, string>>;
  readonly context: ResourceContext;
  readonly signal: AbortSignal;
}

/**
 * Makes the job's tasks, or those that are still missing, and hands them to the driver; the run in MLflow is made
 * meanwhile. Throws `JobFailure`.
 */
export async function startJob(job: Leaf, options: StartOptions, deps: JobDependencies): Promise<JobState> {
  const { place, context, signal } = options;
  const at = context.clock.now();
  const experimentId = await ensureExperiment(job, deps);
  const run = ensureRun(job, { experimentId, status: "RUNNING", context }, deps);
  const built = await buildTasks(job, { ...place, experimentId, context }, deps).catch(async (error: unknown) => {
    await run;
    throw error;
  });
  const [tasks] = await Promise.all([
    Promise.all(built.specs.map((spec) => deps.tasks.create({ spec, ownerId: job.id, driver: deps.driver.name }))),
    run,
  ]);
  await Promise.all(
    tasks
      .filter(({ handle, result }) => handle === undefined && result === undefined)
      .map((task) => handOver(task, signal, deps)),
  );
  const entry = { phase: "Preparing", at, reason: describePlace(place.nodes, built.compute) } as const;
  return {
    ...enterPhase(job.state, entry),
    hasRun: true,
    substitutions: { ...built.substitutions, ...options.substitutions },
    outputs: Object.fromEntries(built.outputs.map(({ output, uri }) => [output.name, { type: output.type, uri }])),
  };
}

/** Gives a task to the driver, which starts it once however often it is asked. */
export async function handOver(task: Task, signal: AbortSignal, deps: JobDependencies): Promise<void> {
  const handle = await deps.driver.start(task.spec, signal);
  await deps.tasks.setHandle(task.taskId, handle);
}

function describePlace(nodes: readonly number[], compute: string): string {
  return nodes.length === 1
    ? `got node ${nodes[0] ?? 0} of '${compute}'`
    : `got nodes ${nodes.join(", ")} of '${compute}'`;
}
