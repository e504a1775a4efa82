import type { Task } from "../../engine/tasks/tasks.ts";
import type { DeploymentInstance } from "./deployment-state.ts";
import type { ReplicaView } from "./plan-replicas.ts";

/** Ids tell what they were made from: `replica-<template digest>-<generation>-<random>`. */
export function replicaTaskId(digest: string, generation: number, random: string): string {
  return `replica-${digest}-${generation}-${random}`;
}

export function viewReplica(
  task: Task,
  now: { digest: string; generation: number; answering: ReadonlySet<string> },
): ReplicaView {
  const [, digest, generation] = task.taskId.split("-");
  return {
    taskId: task.taskId,
    isCurrent: digest === now.digest,
    isOfThisWish: generation === String(now.generation),
    status: statusOf(task, now.answering),
    createdAt: task.createdAt,
    endedAt: task.result?.endedAt,
    error: task.result?.error,
  };
}

/** What the user sees of the replicas: the live ones, and the last one that failed. */
export function listInstances(tasks: readonly Task[], answering: ReadonlySet<string>): DeploymentInstance[] {
  const live = tasks.filter((task) => task.result === undefined);
  const failed = tasks.filter((task) => task.result?.error !== undefined).at(-1);
  return [...live, ...(failed === undefined ? [] : [failed])].map((task) => {
    const last = task.events.at(-1);
    return {
      name: task.taskId,
      state: stateOf(task, answering),
      reason: task.result?.error?.message ?? last?.reason ?? "waits for a runner",
      since: task.result?.endedAt ?? last?.at ?? task.createdAt,
    };
  });
}

function statusOf(task: Task, answering: ReadonlySet<string>): ReplicaView["status"] {
  if (task.result !== undefined) return "ended";
  if (task.isStopRequested) return "stopping";
  return answering.has(task.taskId) ? "ready" : "starting";
}

function stateOf(task: Task, answering: ReadonlySet<string>): DeploymentInstance["state"] {
  if (task.result !== undefined) return "Failed";
  if (task.isStopRequested) return "Stopping";
  return answering.has(task.taskId) ? "Running" : "Starting";
}
