import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import {
  RUNNER_PROTOCOL,
  runnerOrderSchema,
  type RunnerNews,
  type RunnerOrder,
} from "@lazuli/contract/node/runner-message.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { Environments } from "./environment/environments.ts";
import { findLocalServer } from "./find-server.ts";
import { pickInterpreter } from "./environment/interpreters.ts";
import { Launcher } from "./launch/launcher.ts";
import { pickNodeVariables } from "./launch/task-variables.ts";
import { ServerConnection } from "./server-connection.ts";
import { TaskRun } from "./task-run.ts";

/** An idle runner that no server is connected to ends after this; one with a task never does. */
const IDLE_WITHOUT_SERVER_MS = 60_000;
/** A runner looks this often whether its home is still there. */
const HOME_LOOK_MS = 5_000;
/** After so many tasks a runner makes room for a fresh one: whatever leaked is gone. */
const TASKS_MAX = 500;

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

/** Listens on a unix socket for one driver and carries out one task at a time. */
export class RunnerService {
  readonly #options: RunnerServiceOptions;
  readonly #server: Server;
  readonly #environments: Environments;
  readonly #nodeVariables: Readonly<Record<string, string>>;
  readonly #connections = new Map<string, ServerConnection>();
  #launcher: Launcher | undefined;
  #driver: Socket | undefined;
  #current: { taskId: string; folder: string; run: TaskRun; done: Promise<void> } | undefined;
  /** Starts wait here until the task before has sent its last report. */
  #queue: Promise<void> = Promise.resolve();
  #tasksStarted = 0;
  #isLeaving = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: RunnerServiceOptions) {
    this.#options = options;
    this.#nodeVariables = pickNodeVariables(options.nodeVariables);
    this.#environments = new Environments(options.homeFolder, options.nodeVariables);
    this.#server = createServer((socket) => this.#welcome(socket));
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
  }

  async #openLauncher(): Promise<void> {
    const interpreter = pickInterpreter(undefined, await this.#environments.findInterpreters());
    if (interpreter !== undefined) this.#launcher = new Launcher(interpreter.path);
  }

  /** No server can ever find a runner without its socket; with its task's folder gone too, nobody wants the task. */
  #leaveRemovedHome(): void {
    const current = this.#current;
    if (existsSync(this.#options.socketPath)) return;
    if (current !== undefined && existsSync(join(current.folder, "attempt.json"))) return;
    void (current?.run.stop(0) ?? Promise.resolve()).finally(() => this.#exit());
  }

  #welcome(socket: Socket): void {
    this.#driver?.destroy();
    this.#driver = socket;
    clearTimeout(this.#idleTimer);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#driver !== socket) return;
      this.#driver = undefined;
      this.#startIdleTimer();
    });
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => this.#obey(line));
    lines.on("error", () => socket.destroy());
    const { runnerId, startTime } = this.#options;
    const task = this.#current === undefined ? {} : { taskId: this.#current.taskId };
    this.#tell({ type: "hello", protocol: RUNNER_PROTOCOL, runnerId, pid: process.pid, startTime, ...task });
  }

  #obey(line: string): void {
    const order = runnerOrderSchema.safeParse(parseJson(line));
    // Not of this release's language: the sender sees no answer and asks another runner.
    if (!order.success) return;
    if (order.data.type === "start") this.#enqueue(order.data);
    else if (order.data.type === "stop") this.#stop(order.data.taskId, order.data.graceMs);
    else this.#leaveWhenIdle();
  }

  #enqueue(order: StartOrder): void {
    this.#queue = this.#queue
      .then(() => this.#current?.done)
      .then(() => this.#start(order))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#tell({ type: "refused", requestId: order.requestId, reason });
        this.#tell({ type: "available" });
      });
  }

  #start(order: StartOrder): void {
    const { requestId, folder, task: spec } = order;
    const { taskId } = spec;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { runnerId, startTime } = this.#options;
    const attempt = { taskId, runnerId, pid: process.pid, startTime };
    if (!writeOnce(join(folder, "attempt.json"), JSON.stringify(attempt))) {
      this.#tell({ type: "started", requestId, isNew: false });
      this.#tell({ type: "available" });
      return;
    }
    this.#tasksStarted += 1;
    const run = this.#createRun(spec, folder);
    const done = run.carryOut().catch((error: unknown) => {
      process.stderr.write(`task ${taskId}: ${error instanceof Error ? error.stack : String(error)}\n`);
    });
    const current = { taskId, folder, run, done: done.then(() => this.#forget(taskId, folder)) };
    this.#current = current;
    this.#tell({ type: "started", requestId, isNew: true });
  }

  #createRun(spec: TaskSpec, folder: string): TaskRun {
    const { runnerId, caFile, isLocal } = this.#options;
    const nodeVariables = this.#nodeVariables;
    const connection = this.#connectionTo(spec.serverUrl);
    const environments = this.#environments;
    const onAlmostDone = (): void => {
      if (this.#tasksStarted < TASKS_MAX) this.#tell({ type: "available" });
      else this.#isLeaving = true;
    };
    try {
      const launcher = () => this.#launcher;
      const own = { spec, connection, launcher, onAlmostDone };
      return new TaskRun({ ...own, runnerId, environments, caFile, isLocal, nodeVariables });
    } catch (error) {
      // Nothing of the task has run, so another runner may try.
      rmSync(join(folder, "attempt.json"), { force: true });
      throw error;
    }
  }

  #forget(taskId: string, folder: string): void {
    if (this.#current?.taskId === taskId) this.#current = undefined;
    rmSync(folder, { recursive: true, force: true });
    if (this.#isLeaving) this.#exit();
    else if (this.#driver === undefined) this.#startIdleTimer();
  }

  #stop(taskId: string, graceMs: number): void {
    if (this.#current?.taskId === taskId) void this.#current.run.stop(graceMs);
  }

  #leaveWhenIdle(): void {
    this.#isLeaving = true;
    if (this.#current === undefined) this.#exit();
  }

  #exit(): void {
    this.#server.close();
    this.#driver?.end();
    this.#launcher?.close();
    for (const connection of this.#connections.values()) connection.close();
    rmSync(this.#options.socketPath, { force: true });
    this.#options.onExit();
  }

  #startIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#current === undefined && this.#driver === undefined) this.#exit();
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

  #tell(news: RunnerNews): void {
    this.#driver?.write(`${JSON.stringify(news)}\n`);
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a line of a sender that died: nothing to obey.
    return undefined;
  }
}
