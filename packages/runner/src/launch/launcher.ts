import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { z } from "zod";

import type { ExitStatus, LaunchRequest, LaunchedTask } from "./launch-process.ts";
import type { LaunchPlan } from "./plan-launch.ts";
import { killTaskProcesses } from "./task-processes.ts";

const PROGRAM = join(import.meta.dirname, "../../../../python/src/lazuli/launch/start_commands.py");
const SIGNAL_EXIT_BASE = 128;
/** One that was killed is started anew after this, and not again and again in the same moment. */
const RESTART_MS = 1_000;
/** Above all pids: stands for the one that was never told. The variable that marks a task's processes finds them. */
const NO_PID = 2 ** 31 - 1;

const answerSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ id: z.number(), pid: z.number() }),
  z.object({ id: z.number(), error: z.string() }),
  z.object({ id: z.number(), exitCode: z.number() }),
  z.object({ id: z.number(), signal: z.number() }),
]);

interface Launch {
  readonly request: LaunchRequest;
  readonly startedAt: number;
  readonly started: PromiseWithResolvers<LaunchedTask>;
  readonly exited: PromiseWithResolvers<ExitStatus>;
  pid: number | undefined;
}

/** The system or the launcher could not start the command this way. */
export class LaunchRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "LaunchRefused";
  }
}

/**
 * A small Python process that starts the commands of this runner. Node copies its page tables for every process that it
 * starts, 2 to 3 ms of CPU; this one needs 0.7. While it is not there, commands are started by Node itself.
 */
export class Launcher {
  readonly #python: string;
  readonly #launches = new Map<number, Launch>();
  #process: ChildProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #nextId = 1;

  /** @param python A real interpreter, 3.8 or newer. */
  constructor(python: string) {
    this.#python = python;
    this.#open();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Throws {@link LaunchRefused} when nothing was started. */
  launch(plan: LaunchPlan, request: LaunchRequest): Promise<LaunchedTask> {
    const id = this.#nextId++;
    const started = Promise.withResolvers<LaunchedTask>();
    const exited = Promise.withResolvers<ExitStatus>();
    this.#launches.set(id, { request, startedAt: Date.now(), started, exited, pid: undefined });
    const { folder, variables, logPath: log } = request;
    this.#process?.stdin?.write(`${JSON.stringify({ id, ...plan, folder, variables, log })}\n`);
    return started.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#process?.stdin?.end();
  }

  #open(): void {
    if (this.#isClosed) return;
    const child = spawn(this.#python, ["-I", "-S", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
    this.#process = child;
    child.stdin.on("error", () => child.kill("SIGKILL"));
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    // An interpreter that cannot be started is not there next time either.
    child.on("error", () => this.close());
    child.once("close", () => this.#lose(child));
  }

  #hear(line: string): void {
    const answer = answerSchema.parse(JSON.parse(line));
    if ("ready" in answer) {
      this.#isReady = true;
      return;
    }
    const launch = this.#launches.get(answer.id);
    if (launch === undefined) return;
    if ("pid" in answer) {
      const { request, startedAt, exited } = launch;
      launch.pid = answer.pid;
      launch.started.resolve({ taskId: request.taskId, rootPid: answer.pid, startedAt, exited: exited.promise });
      return;
    }
    this.#launches.delete(answer.id);
    if ("error" in answer) launch.started.reject(new LaunchRefused(answer.error));
    else launch.exited.resolve("signal" in answer ? signalStatus(answer.signal) : plainStatus(answer.exitCode));
  }

  /** Its commands go on, but nobody would learn how they end: they are killed. */
  #lose(child: ChildProcess): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    const wasReady = this.#isReady;
    this.#isReady = false;
    const launches = [...this.#launches.values()];
    this.#launches.clear();
    for (const launch of launches) void abandon(launch);
    if (wasReady) setTimeout(() => this.#open(), RESTART_MS).unref();
  }
}

async function abandon({ request, startedAt, started, exited, pid }: Launch): Promise<void> {
  const { taskId } = request;
  const processes = pid === undefined ? { taskId, rootPid: NO_PID, startedAt: 0 } : { taskId, rootPid: pid, startedAt };
  await killTaskProcesses(processes);
  started.reject(new Error("The process that starts commands was killed, and the command with it."));
  exited.resolve(signalStatus(constants.signals.SIGKILL));
}

function plainStatus(exitCode: number): ExitStatus {
  return { exitCode, signal: undefined };
}

/** @param number As the system counts signals. */
export function signalStatus(number: number): ExitStatus {
  const name = Object.entries(constants.signals).find(([, known]) => known === number)?.[0] ?? `signal ${number}`;
  return { exitCode: SIGNAL_EXIT_BASE + number, signal: name };
}
