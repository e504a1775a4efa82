import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import type { Outcome, ResourceContext } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import { taskIdOf } from "./build-task.ts";
import { endJob } from "../end-job.ts";
import { finishJob } from "./finish-job.ts";
import { followTask } from "./follow-task.ts";
import { claimSeat } from "./restore-seats.ts";
import { computeOf, offerOf } from "./job-compute.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { ensureExperiment, ensureRun, workspaceOf } from "../job-run.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import type { Leaf } from "./leaf-job.ts";
import { JobFailure } from "./job-failure.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import { handOver, startJob } from "./start-job.ts";

/** Looks after a job that nobody woke: a lost wake, a runner that died in silence. */
const SAFETY_CHECK_MS = 15_000;
/** Runners that are started anew because the one before never began. */
const ATTEMPTS_MAX = 3;
const STOP_GRACE_MS = 5_000;

/** Brings a job one step on: a seat, a task, its result. Woken by events; the timer is for what got lost. */
export async function reconcileLeaf(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { deps } = tools;
  const taskId = taskIdOf(job);
  if (isTerminalStatus(job.state.status)) return forgetTask(job, taskId, deps);
  const task = await deps.tasks.find(taskId);
  if (task === undefined) return seatAndStart(job, tools);
  if (!deps.pools.isSeated(job.key)) await claimSeat(job, tools);
  if (task.result !== undefined)
    return ended(await finishJob(job, { task, result: task.result, context: tools.context }, deps));
  return watch(job, task, tools);
}

/** Only once the job's end is on disk may its task go: without both, it would be started again. */
async function forgetTask(job: Leaf, taskId: string, deps: JobDependencies): Promise<Outcome<JobState>> {
  if (!job.state.isCleared) await deps.tasks.remove(taskId);
  return { kind: "ready", state: { ...job.state, isCleared: true } };
}

async function seatAndStart(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps, signal } = tools;
  if (job.state.cancelRequestedAt !== undefined)
    return ended(await endJob(job, { result: canceled(context), context }, deps));
  const compute = computeOf(job.properties, workspaceOf(job));
  const offer = await offerOf(compute, { resources: context.resources, slotCount: deps.slotCount });
  if (offer === undefined) {
    const message = `Compute '${compute.name}' was deleted while the job waited for it.`;
    return failed(job, new JobFailure({ category: "user", code: "ComputeNotFound", message }), tools);
  }
  const seat = deps.pools.request(compute.poolKey, offer, { key: job.key, since: job.createdAt });
  if (seat.kind === "waits") return waiting(job, seat.reason, tools);
  try {
    return followed(await startJob(job, { node: seat.node, context, signal }, deps));
  } catch (error) {
    if (error instanceof JobFailure) return failed(job, error, tools);
    throw error;
  }
}

async function waiting(job: Leaf, reason: string, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  if (job.state.status === "Queued") return followed(job.state);
  const experimentId = await ensureExperiment(job, deps);
  await ensureRun(job, { experimentId, status: "SCHEDULED", context }, deps);
  const entry = { phase: "Queued", at: context.clock.now(), reason } as const;
  return followed({ ...enterPhase(job.state, entry), hasRun: true });
}

async function watch(job: Leaf, task: Task, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { deps, signal } = tools;
  const state = followTask(job.state, task);
  if (state.cancelRequestedAt !== undefined) await stopTask(task, deps);
  if (task.handle === undefined) {
    // The server ended between storing the task and hearing from the driver, which knows whether it began.
    await handOver(task, signal, deps);
    return followed(state);
  }
  const status = await deps.driver.inspect(task.handle);
  if (status === "running" || status === "waiting") return followed(state);
  // A result may have come in while the driver looked.
  const latest = await deps.tasks.find(task.taskId);
  if (latest?.result !== undefined) {
    return ended(await finishJob(job, { task: latest, result: latest.result, context: tools.context }, deps));
  }
  return status === "lost" ? lost({ ...job, state }, task, tools) : followed(state);
}

async function lost(job: Leaf, task: Task, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  const hasBegun = task.events.length > 0 || task.lastSeenAt !== undefined;
  if (!hasBegun && job.state.cancelRequestedAt === undefined && job.state.attempt < ATTEMPTS_MAX) {
    await deps.tasks.remove(task.taskId);
    const entry = {
      phase: "Preparing",
      at: context.clock.now(),
      reason: "the runner ended before it began; another is started",
    } as const;
    return {
      kind: "checkAgain",
      afterMs: 0,
      reason: entry.reason,
      state: { ...enterPhase(job.state, entry), attempt: job.state.attempt + 1 },
    };
  }
  const result = job.state.cancelRequestedAt === undefined ? runnerLost(context) : canceled(context);
  await deps.tasks.setResult(task.taskId, result);
  return ended(await finishJob(job, { task, result, context }, deps));
}

async function stopTask(task: Task, deps: JobDependencies): Promise<void> {
  if (!task.isStopRequested) await deps.tasks.requestStop(task.taskId);
  if (task.handle !== undefined) await deps.driver.stop(task.handle, STOP_GRACE_MS);
}

async function failed(job: Leaf, failure: JobFailure, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  const endedAt = context.clock.now();
  const result: TaskResult = { outcome: "failed", exitCode: null, error: failure.error, endedAt, substitutions: {} };
  return ended(await endJob(job, { result, context }, deps));
}

function runnerLost(context: ResourceContext): TaskResult {
  return {
    outcome: "failed",
    exitCode: null,
    endedAt: context.clock.now(),
    substitutions: {},
    error: {
      category: "system",
      code: "RunnerLost",
      message: "The process that ran the job is gone, and nobody knows how far it came.",
      hint: "Submit the job again. If it happens again, look for a machine that ran out of memory.",
      logTail: [],
    },
  };
}

function canceled(context: ResourceContext): TaskResult {
  return { outcome: "canceled", exitCode: null, endedAt: context.clock.now(), substitutions: {} };
}

function followed(state: JobState): Outcome<JobState> {
  return { kind: "checkAgain", afterMs: SAFETY_CHECK_MS, reason: state.timeline.at(-1)?.reason ?? "", state };
}

/** Written first; the next look forgets the task. */
function ended(state: JobState): Outcome<JobState> {
  return { kind: "checkAgain", afterMs: 0, reason: "ended", state };
}
