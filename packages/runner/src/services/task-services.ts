import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { ServiceState, TaskService } from "@lazuli/contract/node/task-service.ts";

import { readTail, tailLines } from "../launch/describe-failure.ts";
import { pickFreePort } from "../launch/replica-port.ts";
import { planService, type ServicePlan } from "./plan-service.ts";

const LOOK_MS = 100;
/** Programs that have not begun to listen by then are taken for broken. */
const READY_MS_MAX = 120_000;
const ERROR_LINES_MAX = 5;

export interface TaskServicesOptions {
  readonly services: readonly TaskService[];
  /** Variables of the command; the marker among them lets the services end with it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly codeFolder: string;
  /** Folder of the task's own for what the services need. */
  readonly folder: string;
  /** All services as they are now. */
  onChange(states: readonly ServiceState[]): void;
  onLog(name: string, path: string): void;
}

/** The programs beside a command. One that cannot be started says why and does no harm to the command. */
export class TaskServices {
  readonly #options: TaskServicesOptions;
  readonly #states = new Map<string, ServiceState>();
  readonly #ended = new AbortController();

  constructor(options: TaskServicesOptions) {
    this.#options = options;
    for (const { name } of options.services) this.#states.set(name, { name, status: "Starting" });
  }

  start(): void {
    if (this.#states.size === 0) return;
    this.#tell();
    for (const [index, service] of this.#options.services.entries()) {
      this.#run(service, String(index)).catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.#fail(service, error instanceof Error ? error.message : String(error));
      });
    }
  }

  /** From now on nothing is told: the task's end takes the programs along. */
  end(): void {
    this.#ended.abort();
  }

  async #run(service: TaskService, folderName: string): Promise<void> {
    const { variables, codeFolder, folder } = this.#options;
    const port = service.port ?? (await pickFreePort());
    const plan = await planService(service, {
      code: codeFolder,
      folder: join(folder, folderName),
      port,
      path: variables["PATH"] ?? "",
    });
    if (this.#ended.signal.aborted) return;
    if (typeof plan === "string") return this.#fail(service, plan);
    const logPath = join(folder, `${folderName}.log`);
    const child = this.#spawn(plan, logPath);
    this.#options.onLog(`system_logs/services/${service.name}.txt`, logPath);
    const exited = once(child, "exit");
    const isReady = await Promise.race([exited.then(() => false), this.#untilListening(plan)]);
    if (!isReady) {
      // Ended from outside, as with the task.
      if (child.signalCode !== null) return this.#set({ name: service.name, status: "Stopped" });
      child.kill();
      return this.#fail(service, describeEnd(service, logPath));
    }
    this.#set({ name: service.name, status: "Running", ...plan.place });
    await exited;
    if (!this.#ended.signal.aborted) this.#set({ name: service.name, status: "Stopped", error: "The program ended." });
  }

  #spawn({ program, args, variables }: ServicePlan, logPath: string): ChildProcess {
    const log = openSync(logPath, "a", 0o600);
    try {
      return spawn(program, args, {
        cwd: this.#options.codeFolder,
        env: { ...this.#options.variables, ...variables },
        detached: true,
        stdio: ["ignore", log, log],
      });
    } finally {
      closeSync(log);
    }
  }

  async #untilListening({ place }: ServicePlan): Promise<boolean> {
    const deadline = Date.now() + READY_MS_MAX;
    while (Date.now() < deadline) {
      if (await isListening(place)) return true;
      await sleep(LOOK_MS, undefined, { signal: this.#ended.signal });
    }
    return false;
  }

  #fail({ name }: TaskService, error: string): void {
    this.#set({ name, status: "Failed", error });
  }

  #set(state: ServiceState): void {
    if (this.#ended.signal.aborted) return;
    this.#states.set(state.name, state);
    this.#tell();
  }

  #tell(): void {
    this.#options.onChange([...this.#states.values()]);
  }
}

function describeEnd({ type }: TaskService, logPath: string): string {
  const lines = tailLines(readTail(logPath)).slice(-ERROR_LINES_MAX);
  return [`${type} did not come up.`, ...lines].join("\n");
}

function isListening(place: ServicePlan["place"]): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { port, socketPath } = place;
  const socket = socketPath === undefined ? connect({ port: port ?? 0, host: "127.0.0.1" }) : connect(socketPath);
  socket.once("connect", () => {
    socket.destroy();
    resolve(true);
  });
  socket.once("error", () => resolve(false));
  return promise;
}
