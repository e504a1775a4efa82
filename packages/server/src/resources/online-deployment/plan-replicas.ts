import type { TaskError } from "@lazuli/contract/node/task-report.ts";

/** One replica as its task shows it. */
export interface ReplicaView {
  readonly taskId: string;
  /** Made from the template that is desired now. */
  readonly isCurrent: boolean;
  /** Made for the wish that is being carried out now: its failure tells something about that wish. */
  readonly isOfThisWish: boolean;
  readonly status: "starting" | "ready" | "stopping" | "ended";
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  readonly error: TaskError | undefined;
}

export interface ReplicaWish {
  readonly instanceCount: number;
  /** The present template has served before: what fails now is a replica that died, not a bad deployment. */
  readonly hasServed: boolean;
  readonly now: number;
}

export interface ReplicaPlan {
  readonly createCount: number;
  readonly stop: readonly string[];
  /** Replicas that get requests, in order of age. */
  readonly serve: readonly string[];
  /** Every instance that is wanted is ready. */
  readonly isComplete: boolean;
  /** Why the deployment cannot come up; the replicas of this wish are to be stopped. */
  readonly failure: TaskError | undefined;
  /** Until a dead replica is started again. */
  readonly backOffMs: number;
}

/** Failures of the machinery that are tried again before a deployment is given up. */
const SYSTEM_TRIES_MAX = 3;
const BACK_OFF_MS_MIN = 500;
const BACK_OFF_MS_MAX = 60_000;
/** A replica that lived this long did not die of what its predecessors died of. */
const STABLE_MS = 120_000;

/** What to start, stop and serve from. New replicas come first; the old ones serve until all new ones are ready. */
export function planReplicas(replicas: readonly ReplicaView[], wish: ReplicaWish): ReplicaPlan {
  const live = replicas.filter((one) => one.status === "starting" || one.status === "ready").sort(byAge);
  const failure = wish.hasServed ? undefined : findFailure(replicas);
  if (failure !== undefined) return giveUp(live, failure);
  const current = live.filter((one) => one.isCurrent);
  const old = live.filter((one) => !one.isCurrent);
  // Ready ones are kept before starting ones, older before younger.
  const ranked = [...current.filter(isReady), ...current.filter((one) => !isReady(one))];
  const kept = ranked.slice(0, wish.instanceCount);
  const surplus = ranked.slice(wish.instanceCount);
  const ready = kept.filter(isReady);
  const isComplete = ready.length === wish.instanceCount;
  const backOffMs = wish.hasServed ? backOff(replicas, wish.now) : 0;
  const missing = wish.instanceCount - kept.length;
  const servesOld = !isComplete && old.some(isReady);
  return {
    createCount: backOffMs > 0 ? 0 : missing,
    stop: [...surplus, ...(isComplete ? old : old.filter((one) => !isReady(one)))].map((one) => one.taskId),
    serve: (servesOld ? old.filter(isReady) : ready).map((one) => one.taskId),
    isComplete,
    failure: undefined,
    backOffMs: missing > 0 ? backOffMs : 0,
  };
}

function findFailure(replicas: readonly ReplicaView[]): TaskError | undefined {
  const failed = replicas.filter((one) => one.isOfThisWish && one.isCurrent && one.status === "ended" && one.error);
  const blamed = failed.find((one) => one.error?.category !== "system");
  if (blamed !== undefined) return blamed.error;
  return failed.length >= SYSTEM_TRIES_MAX ? failed.at(-1)?.error : undefined;
}

/** What served before goes on; what was tried is stopped: a failed deployment holds no resources. */
function giveUp(live: readonly ReplicaView[], failure: TaskError): ReplicaPlan {
  const served = live.filter((one) => !one.isCurrent && isReady(one));
  const stop = live.filter((one) => !served.includes(one)).map((one) => one.taskId);
  return { createCount: 0, stop, serve: served.map((one) => one.taskId), isComplete: false, failure, backOffMs: 0 };
}

/** Doubles with each replica that died soon after its start, one after another. */
function backOff(replicas: readonly ReplicaView[], now: number): number {
  const died = replicas.filter((one) => one.isCurrent && one.endedAt !== undefined && one.error !== undefined);
  const latest = died.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  const stable = latest.findIndex((one) => (one.endedAt ?? 0) - one.createdAt >= STABLE_MS);
  const count = stable < 0 ? latest.length : stable;
  const last = latest[0]?.endedAt;
  if (count === 0 || last === undefined) return 0;
  const waitMs = Math.min(BACK_OFF_MS_MIN * 2 ** (count - 1), BACK_OFF_MS_MAX);
  return Math.max(0, last + waitMs - now);
}

function isReady(replica: ReplicaView): boolean {
  return replica.status === "ready";
}

function byAge(left: ReplicaView, right: ReplicaView): number {
  return left.createdAt - right.createdAt || (left.taskId < right.taskId ? -1 : 1);
}
