import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

import { LaunchRefused, type Launcher } from "./launcher.ts";
import { planLaunch, type LaunchPlan } from "./plan-launch.ts";
import type { TaskProcesses } from "./task-processes.ts";

const SIGNAL_EXIT_BASE = 128;

export interface LaunchRequest {
  readonly taskId: string;
  readonly command: string;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Both output streams are appended here, by the kernel, whether the runner lives or not. */
  readonly logPath: string;
}

export interface ExitStatus {
  /** As a shell tells it: 128 + n for signal n. */
  readonly exitCode: number;
  readonly signal: string | undefined;
}

export interface LaunchedTask extends TaskProcesses {
  readonly exited: Promise<ExitStatus>;
}

/**
 * Starts the user's command in a session and process group of its own. Throws when no process can be made.
 *
 * @param launcher Starts it when it is there; else Node does.
 */
export async function launchProcess(request: LaunchRequest, launcher: Launcher | undefined): Promise<LaunchedTask> {
  const plan = planLaunch(request.command, request.variables["PATH"] ?? "");
  if (launcher?.isReady !== true) return spawnProcess(plan, request);
  try {
    return await launcher.launch(plan, request);
  } catch (error) {
    if (!(error instanceof LaunchRefused)) throw error;
    // Node finds a way, or the words for what is wrong.
    return spawnProcess(plan, request);
  }
}

async function spawnProcess({ program, args }: LaunchPlan, request: LaunchRequest): Promise<LaunchedTask> {
  const log = openSync(request.logPath, "a");
  const startedAt = Date.now();
  try {
    const child = spawn(program, args, {
      cwd: request.folder,
      env: request.variables,
      detached: true,
      stdio: ["ignore", log, log],
    });
    const exited = once(child, "exit").then(([code, signal]: (number | string | null)[]) => toStatus(code, signal));
    if (child.pid === undefined) {
      await exited;
      throw new Error("The system made no process.");
    }
    return { taskId: request.taskId, rootPid: child.pid, startedAt, exited };
  } finally {
    closeSync(log);
  }
}

function toStatus(code: number | string | null | undefined, signal: number | string | null | undefined): ExitStatus {
  if (typeof code === "number") return { exitCode: code, signal: undefined };
  const name = String(signal);
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1] ?? 0;
  return { exitCode: SIGNAL_EXIT_BASE + number, signal: name };
}
