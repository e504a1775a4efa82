import { join } from "node:path";

import { readTail } from "./describe-failure.ts";
import { launchProcess, type ExitStatus, type LaunchedTask, type LaunchRequest } from "./launch-process.ts";
import type { Launcher } from "./launcher.ts";
import { logNames, type Rank } from "./plan-ranks.ts";
import { killTaskProcesses, stopTaskProcesses } from "./task-processes.ts";

/** Above all pids: of a node that has nothing to start. */
const NO_PID = 2 ** 31 - 1;
const TRACEBACK = "Traceback (most recent call last):";

export interface LaunchedGroup {
  readonly launched: LaunchedTask;
  readonly ranks: readonly Rank[];
  /** The rank whose failure ended the others; `undefined` while none has failed. */
  failedRank(): Rank | undefined;
}

export interface GroupRequest extends Omit<LaunchRequest, "logPath"> {
  readonly ranks: readonly Rank[];
  /** Folder that the names of the logs start from. */
  readonly root: string;
  /** Grace of the ranks that one's failure ends. */
  readonly graceMs: number;
}

/** Starts all processes of a node, each with a log of its own. The first one that fails ends the others. */
export async function launchGroup(request: GroupRequest, launcher: Launcher | undefined): Promise<LaunchedGroup> {
  const { ranks, root, graceMs, variables, ...common } = request;
  const started: LaunchedTask[] = [];
  try {
    for (const rank of ranks) {
      const own = { ...common, variables: { ...variables, ...rank.variables }, logPath: join(root, rank.logName) };
      started.push(await launchProcess(own, launcher));
    }
  } catch (error) {
    for (const one of started) await killTaskProcesses(one);
    throw error;
  }
  let failed: { rank: Rank; status: ExitStatus } | undefined;
  const group = joinProcesses(started);
  const ends = started.map(async ({ exited }, index) => {
    const status = await exited;
    const rank = ranks[index];
    if (status.exitCode === 0 || failed !== undefined || rank === undefined) return;
    failed = { rank, status };
    await stopTaskProcesses(group, graceMs);
  });
  const exited = Promise.all(ends).then((): ExitStatus => failed?.status ?? { exitCode: 0, signal: undefined });
  return { launched: { ...group, exited }, ranks, failedRank: () => failed?.rank };
}

function joinProcesses(started: readonly LaunchedTask[]): Omit<LaunchedTask, "exited"> {
  const pids = started.map(({ rootPid }) => rootPid);
  return {
    taskId: started[0]?.taskId ?? "",
    rootPid: Math.min(NO_PID, ...pids),
    otherRootPids: pids,
    startedAt: Math.min(Date.now(), ...started.map(({ startedAt }) => startedAt)),
  };
}

/** The end of the log that says most about a failure: the failed rank's, or that of a process it started. */
export function readGroupTail({ ranks, failedRank }: LaunchedGroup, root: string): string {
  const rank = failedRank() ?? ranks[0];
  if (rank === undefined) return "";
  const tails = logNames([rank]).map((name) => readTail(join(root, name)));
  return tails.find((tail) => tail.includes(TRACEBACK)) ?? tails[0] ?? "";
}
