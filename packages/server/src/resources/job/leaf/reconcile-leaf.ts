import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import type { Outcome } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import { endJob } from "../end-job.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { ensureExperiment, ensureRun, workspaceOf } from "../job-run.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { findFreePorts } from "./free-ports.ts";
import { isGroup, portCountOf } from "./group-launch.ts";
import { computeOf, offerOf } from "./job-compute.ts";
import { JobFailure } from "./job-failure.ts";
import { gpuShareOf, seatRequestOf } from "./job-seat.ts";
import { jobSubstitutions } from "./job-substitutions.ts";
import type { Leaf } from "./leaf-job.ts";
import type { GroupPlan } from "./leaf-state.ts";
import { isStartUnrecorded, recordStart } from "./record-start.ts";
import { claimSeat } from "./restore-seats.ts";
import { SAFETY_CHECK_MS } from "./safety-check.ts";
import { startJob } from "./start-job.ts";
import { taskIdsOf } from "./task-ids.ts";
import { canceled, failedBefore } from "./task-results.ts";
import { watchTasks } from "./watch-tasks.ts";

/** Brings a job one step on: a seat, its tasks, their results. Woken by events; the timer is for what got lost. */
export async function reconcileLeaf(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { deps } = tools;
  const taskIds = taskIdsOf(job);
  if (isTerminalStatus(job.state.status)) return forgetTasks(job, taskIds, deps);
  if (job.state.leaf.staleTaskIds.length > 0) return forgetStale(job, deps);
  const found = await Promise.all(taskIds.map((taskId) => deps.tasks.find(taskId)));
  const tasks = found.filter((task) => task !== undefined);
  if (tasks.length === 0) return seatAndStart(job, tools);
  if (!deps.pools.isSeated(job.key)) await claimSeat(job, tasks, tools);
  if (isStartUnrecorded(job.state)) return lookAgain(await recordStart(job, tools), "found its tasks again");
  if (tasks.length < taskIds.length && !isEnding(job, tasks)) return startMissing(job, tools);
  return watchTasks(job, tasks, tools);
}

/** Only once the job's end is on disk may its tasks go: without both, it would be started again. */
async function forgetTasks(job: Leaf, taskIds: readonly string[], deps: JobDependencies): Promise<Outcome<JobState>> {
  if (!job.state.isCleared) await Promise.all(taskIds.map((taskId) => deps.tasks.remove(taskId)));
  return { kind: "ready", state: { ...job.state, isCleared: true } };
}

async function forgetStale(job: Leaf, deps: JobDependencies): Promise<Outcome<JobState>> {
  const { leaf } = job.state;
  await Promise.all(leaf.staleTaskIds.map((taskId) => deps.tasks.remove(taskId)));
  return lookAgain({ ...job.state, leaf: { ...leaf, staleTaskIds: [] } }, "begins anew");
}

function isEnding(job: Leaf, tasks: readonly Task[]): boolean {
  const { cancelRequestedAt, leaf } = job.state;
  return (
    cancelRequestedAt !== undefined || leaf.leaving !== undefined || tasks.some(({ result }) => result !== undefined)
  );
}

async function seatAndStart(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  if (job.state.cancelRequestedAt !== undefined) return end(job, canceled(context.clock.now()), tools);
  const compute = computeOf(job.properties, workspaceOf(job));
  const offer = await offerOf(compute, { resources: context.resources, slotCount: deps.slotCount });
  if (offer === undefined) {
    const message = `Compute '${compute.name}' was deleted while the job waited for it.`;
    return fail(job, new JobFailure({ category: "user", code: "ComputeNotFound", message }), tools);
  }
  const seat = deps.pools.request(compute.poolKey, offer, seatRequestOf(job, offer, deps.pools));
  if (seat.kind === "waits") return wait(job, seat.reason, tools);
  const { substitution } = gpuShareOf(job, offer, deps.pools);
  // Where there are GPUs, a job sees those that it was given, and none that others have.
  const place = { nodes: seat.nodes, gpus: deps.pools.gpuCount > 0 ? seat.gpus : undefined, ports: [] };
  const substitutions = jobSubstitutions(job, substitution);
  if (!isGroup(job)) return start(job, { place, substitutions }, tools);
  const { plan } = job.state.leaf;
  if (plan !== undefined && isPlanFor(plan, job.state.attempt, seat.nodes)) {
    return start(job, { place: { ...place, ports: plan.ports }, substitutions }, tools);
  }
  // Written before the first task, so that tasks made after a crash are told the same as those made before it.
  const ports = await findFreePorts(portCountOf(job));
  const written = {
    attempt: job.state.attempt,
    nodes: [...seat.nodes],
    gpus: seat.gpus.map((own) => [...own]),
    ports,
  };
  return lookAgain({ ...job.state, leaf: { ...job.state.leaf, plan: written } }, "got its nodes");
}

function isPlanFor(plan: GroupPlan, attempt: number, nodes: readonly number[]): boolean {
  return plan.attempt === attempt && plan.nodes.join() === nodes.join();
}

/** The server ended between making the first of the job's tasks and the last. */
async function startMissing(job: Leaf, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { plan } = job.state.leaf;
  const { nodes = [], gpus = [], ports = [] } = plan ?? {};
  const place = { nodes, gpus: tools.deps.pools.gpuCount > 0 ? gpus : undefined, ports };
  return start(job, { place, substitutions: job.state.substitutions }, tools);
}

async function start(
  job: Leaf,
  options: Pick<Parameters<typeof startJob>[1], "place" | "substitutions">,
  tools: ReconcileTools,
): Promise<Outcome<JobState>> {
  const { context, signal, deps } = tools;
  try {
    return follow(await startJob(job, { ...options, context, signal }, deps));
  } catch (error) {
    if (error instanceof JobFailure) return fail(job, error, tools);
    throw error;
  }
}

/** Nothing happens to a waiting job before its compute wakes it, however many wait. */
async function wait(job: Leaf, reason: string, tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { context, deps } = tools;
  if (job.state.status === "Queued") return { kind: "sleep", reason, state: job.state };
  const experimentId = await ensureExperiment(job, deps);
  await ensureRun(job, { experimentId, status: "SCHEDULED", context }, deps);
  const entry = { phase: "Queued", at: context.clock.now(), reason } as const;
  return { kind: "sleep", reason, state: { ...enterPhase(job.state, entry), hasRun: true } };
}

async function fail(job: Leaf, failure: JobFailure, tools: ReconcileTools): Promise<Outcome<JobState>> {
  return end(job, failedBefore(failure.error, tools.context.clock.now()), tools);
}

/** Written first; the next look forgets the tasks. */
async function end(
  job: Leaf,
  result: Parameters<typeof endJob>[1]["result"],
  { context, deps }: ReconcileTools,
): Promise<Outcome<JobState>> {
  return lookAgain(await endJob(job, { result, context }, deps), "ended");
}

function follow(state: JobState): Outcome<JobState> {
  return { kind: "checkAgain", afterMs: SAFETY_CHECK_MS, reason: state.timeline.at(-1)?.reason ?? "", state };
}

function lookAgain(state: JobState, reason: string): Outcome<JobState> {
  return { kind: "checkAgain", afterMs: 0, reason, state };
}
