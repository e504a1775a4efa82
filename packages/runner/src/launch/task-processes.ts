import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { readStat } from "../process-identity.ts";

/** In the environment of everything that a task starts: finds daemons that left its session. */
export const TASK_MARKER = "LAZULI_TASK_ID";

const LOOK_MS = 15;
/** Processes that do not even go on SIGKILL hang in the kernel; the runner does not wait for them for ever. */
const KILL_PATIENCE_MS = 5_000;
/** Younger tasks cannot have used up all pids, so only pids above their first one need a look. */
const PIDS_WRAP_MS = 1_000;
/** So few pids are tried one by one: that costs less than listing all processes of the machine. */
const PIDS_TRIED_MAX = 100;

export interface TaskProcesses {
  readonly taskId: string;
  /** The task's first process: leader of its session and group. */
  readonly rootPid: number;
  /** First processes of its other sessions, of a task with several; none has a lower pid than the first. */
  readonly otherRootPids?: readonly number[];
  readonly startedAt: number;
}

/** Pids of all that still runs for a task: its group, its session, and daemons that left both. */
export function findTaskProcesses(task: TaskProcesses): number[] {
  const roots = new Set([task.rootPid, ...(task.otherRootPids ?? [])]);
  if (process.platform !== "linux") return [...roots].filter(isGroupAlive);
  const marker = Buffer.from(`${TASK_MARKER}=${task.taskId}\0`);
  return candidates(task).filter((pid) => {
    const stat = readStat(pid);
    if (stat === undefined || stat.state === "Z") return false;
    return roots.has(stat.groupId) || roots.has(stat.sessionId) || hasMarker(pid, marker);
  });
}

/** Asks all processes of the task to end, and kills what is left after the grace. */
export async function stopTaskProcesses(task: TaskProcesses, graceMs: number): Promise<void> {
  signalAll(task, findTaskProcesses(task), "SIGTERM");
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline) {
    await sleep(LOOK_MS);
    if (findTaskProcesses(task).length === 0) return;
  }
  await killTaskProcesses(task);
}

export async function killTaskProcesses(task: TaskProcesses): Promise<void> {
  const deadline = Date.now() + KILL_PATIENCE_MS;
  for (;;) {
    const pids = findTaskProcesses(task);
    if (pids.length === 0 || Date.now() > deadline) return;
    // One that forks while it is being killed is met in the next round.
    signalAll(task, pids, "SIGKILL");
    await sleep(LOOK_MS);
  }
}

function candidates(task: TaskProcesses): number[] {
  const last = Date.now() - task.startedAt < PIDS_WRAP_MS ? lastPid() : -1;
  const isYoung = last >= task.rootPid;
  const count = last - task.rootPid + 1;
  if (isYoung && count <= PIDS_TRIED_MAX) return listPids(task.rootPid, count);
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  return isYoung ? pids.filter((pid) => pid >= task.rootPid) : pids;
}

function listPids(first: number, count: number): number[] {
  const pids = Array.from({ length: count }, (_, index) => first + index);
  return pids.filter((pid) => existsSync(`/proc/${pid}`));
}

/** The pid given out last; below the task's first one, numbering has begun anew. */
function lastPid(): number {
  return Number(readFileSync("/proc/loadavg", "latin1").trim().split(" ").at(-1));
}

function hasMarker(pid: number, marker: Buffer): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(marker);
  } catch {
    // Ended meanwhile, or of another user: not ours to stop.
    return false;
  }
}

function signalAll(task: TaskProcesses, pids: readonly number[], signal: NodeJS.Signals): void {
  const roots = new Set([task.rootPid, ...(task.otherRootPids ?? [])]);
  const groups = [...roots].filter(isGroupAlive).map((pid) => -pid);
  for (const target of [...groups, ...pids]) {
    try {
      process.kill(target, signal);
    } catch {
      // It ended first, which is what was wanted.
    }
  }
}

function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch {
    // ESRCH: no member is left.
    return false;
  }
}
