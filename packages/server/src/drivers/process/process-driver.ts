import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { taskAttemptSchema, type TaskAttempt } from "@lazuli/contract/node/runner-message.ts";
import type { TaskOrder, TaskReport } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { z } from "zod";

import type { Log } from "../../base/log.ts";
import type { ComputeDriver, TaskHandle, TaskStatus } from "../driver.ts";
import { killOrphans } from "./orphans.ts";
import { processStartTime } from "./process-identity.ts";
import { RunnerPool } from "./runner-pool.ts";
import { SpawnerProcess } from "./spawner-process.ts";

const RUNNER_PROGRAM = join(import.meta.dirname, "../../../../runner/src/main.ts");
/** A unix socket's path has room for 107 bytes; a runner's name and endings take 18. */
const SOCKET_FOLDER_BYTES_MAX = 85;
/** Runners that may refuse or die under a task before the start is given up. */
const START_TRIES_MAX = 3;
const TASK_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** A runner holds little; its heap need not grow before the collector looks. */
const RUNNER_FLAGS = ["--max-semi-space-size=1", "--disable-warning=ExperimentalWarning"];

export interface ProcessDriverOptions {
  /** `$LAZULI_HOME`. */
  readonly folder: string;
  /** Certificates that the runners trust, when the server answers on https with its own. */
  readonly caFile?: string;
  /** Program that runs Node 24 or newer. */
  readonly nodePath: string;
  readonly log: Log;
  /** Tasks that can be taken on without a wait, to be kept ready. */
  readonly warmCount: number;
  /** Takes in what a runner says of its task; without it, runners report over HTTP. */
  readonly onReport?: (taskId: string, report: TaskReport) => Promise<TaskOrder>;
  /** Told of tasks whose runner went away under them; `inspect` says what became of each. */
  readonly onLost?: ((taskIds: readonly string[]) => void) | undefined;
}

export interface ProcessDriver extends ComputeDriver {
  /** Process that starts the runners; `undefined` while there is none. */
  readonly spawnerPid: number | undefined;
  /** Lets go of the runners: idle ones end, busy ones go on and are found again by the next server. */
  close(): Promise<void>;
}

const handleSchema = z.object({
  taskId: z.string(),
  runnerId: z.string(),
  pid: z.number(),
  startTime: z.string(),
});

/** Runs tasks as processes of this machine. Starts the spawner and the warm runners. */
export async function openProcessDriver(options: ProcessDriverOptions): Promise<ProcessDriver> {
  const socketFolder = socketFolderOf(options.folder);
  const logFolder = join(options.folder, "logs");
  await mkdir(logFolder, { recursive: true });
  await mkdir(join(options.folder, "tasks"), { recursive: true, mode: 0o700 });
  const spawner = new SpawnerProcess(options.nodePath, options.log);
  const pool = new RunnerPool({
    socketFolder,
    warmCount: options.warmCount,
    log: options.log,
    onReport: options.onReport,
    onLost: options.onLost,
    spawn: (runnerId, socketPath) => {
      const ca = options.caFile === undefined ? [] : ["--ca", options.caFile];
      const args = ["--id", runnerId, "--socket", socketPath, "--home", options.folder, "--local", ...ca];
      const program = [options.nodePath, ...RUNNER_FLAGS, RUNNER_PROGRAM, ...args];
      spawner.start([join(logFolder, "runners.log"), join(options.folder, "tools", "node-cache"), ...program]);
    },
  });
  spawner.onLost(() => pool.startAgain());
  await pool.open();
  return new LocalProcessDriver(options, pool, spawner);
}

class LocalProcessDriver implements ProcessDriver {
  readonly name = "process";
  readonly can = { useGpu: true, openTerminal: true };
  readonly #tasksFolder: string;
  readonly #log: Log;
  readonly #pool: RunnerPool;
  readonly #spawner: SpawnerProcess;

  constructor(options: ProcessDriverOptions, pool: RunnerPool, spawner: SpawnerProcess) {
    this.#tasksFolder = join(options.folder, "tasks");
    this.#log = options.log;
    this.#pool = pool;
    this.#spawner = spawner;
  }

  get spawnerPid(): number | undefined {
    return this.#spawner.pid;
  }

  async start(task: TaskSpec, signal: AbortSignal): Promise<TaskHandle> {
    const folder = join(this.#tasksFolder, checkTaskId(task.taskId));
    const earlier = existsSync(folder) ? await findAttempt(folder) : undefined;
    if (earlier !== undefined) return toHandle(earlier);
    for (let attempt = 1; ; attempt++) {
      const link = await this.#pool.take(task.taskId, signal);
      const { runnerId, pid, startTime } = link.hello;
      try {
        const isNew = await link.start(task, folder);
        const own = { taskId: task.taskId, runnerId, pid, startTime };
        return toHandle(isNew ? own : ((await findAttempt(folder)) ?? own));
      } catch (error) {
        const taken = await findAttempt(folder);
        if (taken !== undefined) return toHandle(taken);
        if (attempt === START_TRIES_MAX || signal.aborted) throw error;
        this.#log.warn({ taskId: task.taskId, runnerId, error }, "a runner did not take a task on; asking another");
      }
    }
  }

  async inspect(handle: TaskHandle): Promise<TaskStatus> {
    const { taskId, runnerId, pid, startTime } = handleSchema.parse(handle);
    if ((await processStartTime(pid)) === startTime) {
      const link = this.#pool.find(runnerId);
      return link === undefined || link.taskIds.has(taskId) ? "running" : "ended";
    }
    const killed = await killOrphans(taskId);
    if (killed > 0) this.#log.warn({ taskId, runnerId, killed }, "killed what a dead runner left behind");
    return "lost";
  }

  async stop(handle: TaskHandle, graceMs: number): Promise<void> {
    const { taskId, runnerId, pid, startTime } = handleSchema.parse(handle);
    const link = this.#pool.find(runnerId);
    if (link !== undefined) link.tell({ type: "stop", taskId, graceMs });
    else if ((await processStartTime(pid)) !== startTime) await killOrphans(taskId);
  }

  async kill(handle: TaskHandle): Promise<void> {
    const { taskId, runnerId, pid, startTime } = handleSchema.parse(handle);
    const isAlive = (await processStartTime(pid)) === startTime;
    const isOnTask = this.#pool.find(runnerId)?.taskIds.has(taskId) ?? true;
    if (isAlive && isOnTask) process.kill(pid, "SIGKILL");
    const killed = await killOrphans(taskId);
    this.#log.warn({ taskId, runnerId, killed }, "ended a task whose runner did not answer");
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#spawner.close();
  }
}

function checkTaskId(taskId: string): string {
  if (TASK_ID.test(taskId)) return taskId;
  throw new PlatformError("BadRequest", `'${taskId}' cannot be the id of a task.`);
}

/** In the home, or in the system's temporary folder when the home's path is too long for a socket. */
function socketFolderOf(home: string): string {
  const folder = join(home, "runners");
  if (Buffer.byteLength(folder) <= SOCKET_FOLDER_BYTES_MAX) return folder;
  const digest = createHash("sha256").update(home).digest("hex").slice(0, 16);
  return join(tmpdir(), `lazuli-${userInfo().uid}-${digest}`);
}

async function findAttempt(folder: string): Promise<TaskAttempt | undefined> {
  const text = await readFile(join(folder, "attempt.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return taskAttemptSchema.parse(JSON.parse(text));
}

function toHandle({ taskId, runnerId, pid, startTime }: TaskAttempt): TaskHandle {
  return { taskId, runnerId, pid, startTime };
}
