import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";

import { RUNNER_PROTOCOL, type RunnerOrder } from "@lazuli/contract/node/runner-message.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { DriverChannel } from "./driver-channel.ts";
import { Environments } from "./environment/environments.ts";
import { findLocalServer } from "./find-server.ts";
import { pickInterpreter } from "./environment/interpreters.ts";
import { Launcher } from "./launch/launcher.ts";
import { pickNodeVariables } from "./launch/task-variables.ts";
import { removeLeftSpares, SpareFolders } from "./spare-folders.ts";
import { ServerConnection } from "./server-connection.ts";
import { TaskRun } from "./task-run.ts";

/** An idle runner that no server is connected to ends after this; one with a task never does. */
const IDLE_WITHOUT_SERVER_MS = 60_000;
/** A runner looks this often whether its home is still there. */
const HOME_LOOK_MS = 5_000;
/** After so many tasks a runner makes room for a fresh one: whatever leaked is gone. */
const TASKS_MAX = 5_000;

export interface RunnerServiceOptions {
  readonly runnerId: string;
  readonly socketPath: string;
  readonly homeFolder: string;
  readonly caFile: string | undefined;
  readonly isLocal: boolean;
  readonly startTime: string;
  readonly nodeVariables: Readonly<Record<string, string | undefined>>;
  onExit(): void;
}

type StartOrder = Extract<RunnerOrder, { type: "start" }>;

interface CurrentTask {
  readonly folder: string;
  readonly run: TaskRun;
}

/** Listens on a unix socket for one driver and carries out the tasks that it sends, each on its own. */
export class RunnerService {
  readonly #options: RunnerServiceOptions;
  readonly #server: Server;
  readonly #environments: Environments;
  readonly #nodeVariables: Readonly<Record<string, string>>;
  readonly #connections = new Map<string, ServerConnection>();
  #launcher: Launcher | undefined;
  readonly #channel: DriverChannel;
  readonly #tasks = new Map<string, CurrentTask>();
  readonly #spares: SpareFolders;
  #tasksStarted = 0;
  #isLeaving = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: RunnerServiceOptions) {
    this.#options = options;
    this.#nodeVariables = pickNodeVariables(options.nodeVariables);
    this.#environments = new Environments(options.homeFolder, options.nodeVariables);
    this.#spares = new SpareFolders(options.runnerId);
    this.#server = createServer((socket) => this.#welcome(socket));
    this.#channel = new DriverChannel({
      obey: (order) => this.#obey(order),
      onLost: () => this.#startIdleTimer(),
    });
  }

  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    // Renamed once it listens, so that whoever sees the socket can connect to it.
    this.#server.listen(`${socketPath}.new`, resolve);
    await promise;
    renameSync(`${socketPath}.new`, socketPath);
    this.#startIdleTimer();
    setInterval(() => this.#leaveRemovedHome(), HOME_LOOK_MS).unref();
    await this.#openLauncher();
    const sockets = dirname(socketPath);
    await removeLeftSpares(join(this.#options.homeFolder, "tasks"), (id) => existsSync(join(sockets, `${id}.sock`)));
  }

  async #openLauncher(): Promise<void> {
    const interpreter = pickInterpreter(undefined, await this.#environments.findInterpreters());
    if (interpreter !== undefined) this.#launcher = new Launcher(interpreter.path);
  }

  /** No server can ever find a runner without its socket; with a task's folder gone too, nobody wants the task. */
  #leaveRemovedHome(): void {
    if (existsSync(this.#options.socketPath)) return;
    const tasks = [...this.#tasks.values()];
    if (tasks.some(({ folder }) => existsSync(join(folder, "attempt.json")))) return;
    void Promise.allSettled(tasks.map(({ run }) => run.stop(0))).finally(() => this.#exit());
  }

  #welcome(socket: Socket): void {
    clearTimeout(this.#idleTimer);
    this.#channel.attach(socket);
    const { runnerId, startTime } = this.#options;
    const taskIds = [...this.#tasks.keys()];
    this.#channel.tell({ type: "hello", protocol: RUNNER_PROTOCOL, runnerId, pid: process.pid, startTime, taskIds });
    if (this.#isLeaving) this.#channel.tell({ type: "leaving" });
  }

  #obey(order: RunnerOrder): void {
    if (order.type === "start") this.#tryStart(order);
    else if (order.type === "stop") void this.#tasks.get(order.taskId)?.run.stop(order.graceMs);
    else this.#leaveWhenIdle();
  }

  #tryStart(order: StartOrder): void {
    const { requestId, task } = order;
    try {
      const isNew = this.#start(order);
      this.#channel.tell({ type: "started", requestId, isNew });
      if (!this.#tasks.has(task.taskId)) this.#channel.tell({ type: "free", taskId: task.taskId });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#channel.tell({ type: "refused", requestId, reason });
      this.#channel.tell({ type: "free", taskId: task.taskId });
    }
  }

  /** Answers false for a task that somebody has taken on before. */
  #start({ folder, task: spec }: StartOrder): boolean {
    const { taskId } = spec;
    const { runnerId, startTime } = this.#options;
    const attempt = JSON.stringify({ taskId, runnerId, pid: process.pid, startTime });
    if (!this.#spares.claim(folder, attempt) && !writeOnce(join(folder, "attempt.json"), attempt)) return false;
    this.#tasksStarted += 1;
    const run = this.#createRun(spec, folder);
    this.#tasks.set(taskId, { folder, run });
    void run
      .carryOut()
      .catch((error: unknown) => {
        process.stderr.write(`task ${taskId}: ${error instanceof Error ? error.stack : String(error)}\n`);
      })
      .then(() => this.#forget(taskId, folder));
    return true;
  }

  #createRun(spec: TaskSpec, folder: string): TaskRun {
    const { runnerId, caFile, isLocal } = this.#options;
    const nodeVariables = this.#nodeVariables;
    const connection = this.#connectionTo(spec.serverUrl);
    const environments = this.#environments;
    const { taskId } = spec;
    const onAlmostDone = (): void => {
      if (this.#tasksStarted >= TASKS_MAX && !this.#isLeaving) {
        this.#isLeaving = true;
        this.#channel.tell({ type: "leaving" });
      }
      this.#channel.tell({ type: "free", taskId });
    };
    try {
      const launcher = () => this.#launcher;
      const own = { spec, connection, channel: this.#channel, launcher, onAlmostDone };
      return new TaskRun({ ...own, runnerId, environments, caFile, isLocal, nodeVariables });
    } catch (error) {
      // Nothing of the task has run, so another runner may try.
      rmSync(join(folder, "attempt.json"), { force: true });
      throw error;
    }
  }

  async #forget(taskId: string, folder: string): Promise<void> {
    await this.#spares.clear(folder).catch((error: unknown) => {
      process.stderr.write(`task ${taskId}: its folder stays: ${String(error)}\n`);
    });
    this.#tasks.delete(taskId);
    if (this.#isLeaving) this.#leaveWhenIdle();
    else if (!this.#channel.isOpen) this.#startIdleTimer();
  }

  #leaveWhenIdle(): void {
    this.#isLeaving = true;
    if (this.#tasks.size === 0) this.#exit();
  }

  #exit(): void {
    this.#server.close();
    this.#channel.close();
    this.#launcher?.close();
    this.#spares.close();
    for (const connection of this.#connections.values()) connection.close();
    rmSync(this.#options.socketPath, { force: true });
    this.#options.onExit();
  }

  #startIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#tasks.size === 0 && !this.#channel.isOpen) this.#exit();
    }, IDLE_WITHOUT_SERVER_MS);
  }

  #connectionTo(serverUrl: string): ServerConnection {
    const known = this.#connections.get(serverUrl);
    if (known !== undefined) return known;
    const { caFile, isLocal, homeFolder } = this.#options;
    const findServer = async () => (isLocal ? findLocalServer(homeFolder) : undefined);
    const connection = new ServerConnection(serverUrl, caFile, findServer);
    this.#connections.set(serverUrl, connection);
    return connection;
  }
}

/** Whole or not at all; answers false when the file is there already: somebody has taken the task on before. */
function writeOnce(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
