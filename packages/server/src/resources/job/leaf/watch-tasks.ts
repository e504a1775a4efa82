import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import { isDecided, joinResults } from "../../../domain/placement/join-results.ts";
import type { Outcome } from "../../../engine/define-resource.ts";
import type { Task } from "../../../engine/tasks/tasks.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { enterPhase, type JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { archiveLogs } from "./archive-logs.ts";
import { finishJob } from "./finish-job.ts";
import { followTask } from "./follow-task.ts";
import { isLed } from "./group-launch.ts";
import type { Leaf } from "./leaf-job.ts";
import { SAFETY_CHECK_MS } from "./safety-check.ts";
import { handOver } from "./start-job.ts";
import { canceled, computeClosed, nodeSilent, runnerLost } from "./task-results.ts";

/** Runners that are started anew because the one before never began. */
const ATTEMPTS_MAX = 3;
const STOP_GRACE_MS = 5_000;
/** A task that was asked to stop is looked at this often: its runner may hang. */
const STOPPING_CHECK_MS = 2_000;

/** Follows the tasks of a job until each has a result, and makes one of them. One that fails ends the others. */
export async function watchTasks(job: Leaf, tasks: readonly Task[], tools: ReconcileTools): Promise<Outcome<JobState>> {
  const { deps, context } = tools;
  const [leader] = tasks;
  const state = leader === undefined ? job.state : followTask(job.state, leader);
  const open = tasks.filter(({ result }) => result === undefined);
  if (open.length === 0) return settle({ ...job, state }, tasks, tools);
  const eviction = deps.pools.evictionOf(job.key);
  if (eviction !== undefined && state.leaf.leaving?.kind !== eviction.kind) {
    const leaving = { ...eviction, at: context.clock.now() };
    return lookAgain({ ...state, leaf: { ...state.leaf, leaving } }, eviction.reason);
  }
  const isWanted =
    state.cancelRequestedAt === undefined &&
    state.leaf.leaving === undefined &&
    !isDecided({ results: tasks.map(({ result }) => result), isLed: isLed(job) });
  const ended = await Promise.all(open.map((task) => lookAfter(task, isWanted, tools)));
  if (ended.includes("unstarted") && canTryAgain({ ...job, state }, tasks))
    return tryAgain({ ...job, state }, tasks, tools);
  const given = await Promise.all(
    open.map((task, index) => giveUp({ task, look: ended[index] }, { ...job, state }, tools)),
  );
  if (given.includes(true) || ended.includes("ended")) return lookAgain(state, "a task ended");
  const afterMs = isWanted ? SAFETY_CHECK_MS : STOPPING_CHECK_MS;
  return { kind: "checkAgain", afterMs, reason: state.timeline.at(-1)?.reason ?? "", state };
}

/** What came of a look: `ended` has a result by now, `unstarted` and `lost` never will, `silent` seems to hang. */
type Look = "goes on" | "ended" | "unstarted" | "lost" | "silent";

async function lookAfter(task: Task, isWanted: boolean, tools: ReconcileTools): Promise<Look> {
  const { deps, signal, context, silentTasks } = tools;
  if (!isWanted) await stopTask(task, deps);
  if (task.handle === undefined) {
    // The server ended between storing the task and hearing from the driver, which knows whether it began.
    await handOver(task, signal, deps);
    return "goes on";
  }
  const status = await deps.driver.inspect(task.handle);
  if (status === "running" || status === "waiting") {
    return silentTasks.isSilent(task, { now: context.clock.now(), isWanted }) ? "silent" : "goes on";
  }
  // A result may have come in while the driver looked.
  const latest = await deps.tasks.find(task.taskId);
  if (latest?.result !== undefined) return "ended";
  if (status !== "lost") return "goes on";
  const hasBegun = task.events.length > 0 || task.lastSeenAt !== undefined;
  return hasBegun ? "lost" : "unstarted";
}

/** Gives a task without a future its result; answers whether it did. */
async function giveUp(
  { task, look }: { task: Task; look: Look | undefined },
  job: Leaf,
  { deps, context }: ReconcileTools,
): Promise<boolean> {
  if (look !== "lost" && look !== "unstarted" && look !== "silent") return false;
  if (look === "silent" && task.handle !== undefined) await deps.driver.kill(task.handle);
  const now = context.clock.now();
  const isStopped = task.isStopRequested || job.state.cancelRequestedAt !== undefined;
  const lost = look === "silent" ? nodeSilent(now) : runnerLost(now);
  await deps.tasks.setResult(task.taskId, isStopped ? canceled(now) : lost);
  return true;
}

function canTryAgain(job: Leaf, tasks: readonly Task[]): boolean {
  const { attempt, cancelRequestedAt, leaf } = job.state;
  const hasBegun = tasks.some(
    ({ events, lastSeenAt, result }) => events.length > 0 || lastSeenAt !== undefined || result !== undefined,
  );
  const isFree = cancelRequestedAt === undefined && leaf.leaving === undefined;
  return isFree && !hasBegun && attempt - leaf.preemptionCount < ATTEMPTS_MAX;
}

async function tryAgain(job: Leaf, tasks: readonly Task[], tools: ReconcileTools): Promise<Outcome<JobState>> {
  await Promise.all(tasks.map((task) => stopTask(task, tools.deps)));
  const reason = "the runner ended before it began; another is started";
  const entry = { phase: "Preparing", at: tools.context.clock.now(), reason } as const;
  return lookAgain(nextAttempt(enterPhase(job.state, entry), tasks), reason);
}

/** All tasks have results: what that means for the job. */
async function settle(job: Leaf, tasks: readonly Task[], tools: ReconcileTools): Promise<Outcome<JobState>> {
  const results = tasks.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const result = joinResults(results, isLed(job));
  const { leaving } = job.state.leaf;
  const isOwnEnd = leaving === undefined || result.outcome === "completed" || failedBeforeLeaving(result, leaving.at);
  if (isOwnEnd || job.state.cancelRequestedAt !== undefined) return finish(job, { tasks, result }, tools);
  if (leaving.kind === "closed") {
    return finish(job, { tasks, result: computeClosed(leaving.reason, tools.context.clock.now()) }, tools);
  }
  return beginAnew(job, tasks, tools);
}

function failedBeforeLeaving(result: TaskResult, leavingAt: number): boolean {
  return result.outcome === "failed" && result.endedAt < leavingAt;
}

async function finish(
  job: Leaf,
  options: { tasks: readonly Task[]; result: TaskResult },
  { context, deps, silentTasks }: ReconcileTools,
): Promise<Outcome<JobState>> {
  for (const { taskId } of options.tasks) silentTasks.forget(taskId);
  const state = await finishJob(job, { ...options, context }, deps);
  if (!isLastWord(job)) return lookAgain(state, "ended");
  const along = deps.tasks.removal(options.tasks.map(({ taskId }) => taskId));
  return { kind: "ready", state: { ...state, isCleared: true }, along };
}

/** Whether nobody waits for the job's end to be on disk, so that its tasks may go in the same write. */
function isLastWord({ ownerKey, properties }: Leaf): boolean {
  return ownerKey === undefined && properties.notificationSetting == null;
}

/** A preempted job gives its nodes back and waits for its next turn; what it logged so far is kept. */
async function beginAnew(
  job: Leaf,
  tasks: readonly Task[],
  { context, deps }: ReconcileTools,
): Promise<Outcome<JobState>> {
  const { leaf, attempt } = job.state;
  await archiveLogs(job, { tasks, folder: `logs/attempt-${attempt}/` }, deps);
  deps.pools.release(job.key);
  const reason = `preempted: ${leaf.leaving?.reason ?? ""}; waits to begin attempt ${attempt + 1}`;
  const queued = enterPhase(job.state, { phase: "Queued", at: context.clock.now(), reason });
  const next = nextAttempt(queued, tasks);
  const counted = { ...next.leaf, preemptionCount: leaf.preemptionCount + 1 };
  return lookAgain({ ...next, leaf: counted }, reason);
}

function nextAttempt(state: JobState, tasks: readonly Task[]): JobState {
  const { plan: _plan, leaving: _leaving, ...leaf } = state.leaf;
  const staleTaskIds = tasks.map(({ taskId }) => taskId);
  return { ...state, attempt: state.attempt + 1, leaf: { ...leaf, staleTaskIds } };
}

async function stopTask(task: Task, deps: JobDependencies): Promise<void> {
  if (!task.isStopRequested) await deps.tasks.requestStop(task.taskId);
  if (task.handle !== undefined) await deps.driver.stop(task.handle, STOP_GRACE_MS);
}

function lookAgain(state: JobState, reason: string): Outcome<JobState> {
  return { kind: "checkAgain", afterMs: 0, reason, state };
}
