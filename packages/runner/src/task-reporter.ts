import {
  taskOrderSchema,
  type LogPiece,
  type TaskEvent,
  type TaskOrder,
  type TaskReport,
  type TaskResult,
} from "@lazuli/contract/node/task-report.ts";

import type { DriverChannel } from "./driver-channel.ts";
import type { ServiceState } from "@lazuli/contract/node/task-service.ts";

import type { ServerConnection } from "./server-connection.ts";

/** Events wait this long for company, so that a short task reports once in all. */
const GATHER_MS = 25;
const HEARTBEAT_MS = 5_000;

export interface ReporterOptions {
  readonly connection: ServerConnection;
  /** Asked first: a report over the driver's socket costs a fifth of one over HTTP. */
  readonly channel: DriverChannel;
  readonly runnerId: string;
  readonly taskId: string;
  readonly token: string;
  /** The server wants the task to end, or knows nothing of it any more. */
  onStop(): void;
}

/** Tells the server how a task goes: in order, again and again until it is heard. */
export class TaskReporter {
  readonly #options: ReporterOptions;
  readonly #heartbeat: NodeJS.Timeout;
  #sequence = 0;
  #events: TaskEvent[] = [];
  #port: number | undefined;
  #services: readonly ServiceState[] | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  #isRefused = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => {
      // While the server is away one report waits for it; more would only queue up.
      if (!this.#isSending) this.#send(undefined, []);
    }, HEARTBEAT_MS);
  }

  /** Adds a step to the timeline. */
  note(phase: TaskEvent["phase"], reason: string): void {
    this.#events.push({ sequence: this.#sequence++, at: Date.now(), phase, reason });
    this.#gather();
  }

  /** Says where a replica listens. */
  setPort(port: number): void {
    this.#port = port;
    this.#gather();
  }

  /** Says how the task's services are, all of them each time. */
  setServices(services: readonly ServiceState[]): void {
    this.#services = services;
    this.#gather();
  }

  /** Sends the result with all that has gathered; resolves once the server has it or wants nothing to do with it. */
  async finish(result: TaskResult, logs: readonly LogPiece[]): Promise<void> {
    clearTimeout(this.#gathering);
    clearInterval(this.#heartbeat);
    this.#send(result, logs);
    await this.#sending;
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#send(undefined, []);
    }, GATHER_MS);
  }

  #send(result: TaskResult | undefined, logs: readonly LogPiece[]): void {
    this.#sending = this.#sending.then(() => this.#deliver(result, logs));
  }

  async #deliver(result: TaskResult | undefined, logs: readonly LogPiece[]): Promise<void> {
    if (this.#isRefused) return;
    this.#isSending = true;
    const { runnerId, onStop } = this.#options;
    const events = this.#events;
    this.#events = [];
    const report: TaskReport = {
      runnerId,
      events,
      logs: [...logs],
      ...(this.#port === undefined ? {} : { port: this.#port }),
      ...(this.#services === undefined ? {} : { services: [...this.#services] }),
      ...(result === undefined ? {} : { result }),
    };
    try {
      if ((await this.#bring(report)) === "stop") onStop();
    } catch {
      // Refused, or failing for so long that nobody will hear this task's end.
      this.#isRefused = true;
      onStop();
    } finally {
      this.#isSending = false;
    }
  }

  async #bring(report: TaskReport): Promise<TaskOrder["order"]> {
    const { connection, channel, taskId, token } = this.#options;
    const order = await channel.report(taskId, report);
    if (order !== undefined) return order;
    const path = `/node/v1/tasks/${encodeURIComponent(taskId)}/report`;
    const body = JSON.stringify(report);
    const answer = await connection.post({ path, token, body, contentType: "application/json" });
    return taskOrderSchema.parse(answer).order;
  }
}
