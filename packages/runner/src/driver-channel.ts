import type { Socket } from "node:net";

import type { RunnerNews, RunnerOrder } from "@lazuli/contract/node/runner-message.ts";
import { runnerOrderSchema } from "@lazuli/contract/node/runner-message.ts";
import type { TaskOrder, TaskReport } from "@lazuli/contract/node/task-report.ts";
import { LineSplitter } from "@lazuli/contract/shared/line-splitter.ts";

/** A server that is connected but does not answer is asked the other way after this. */
const ANSWER_MS_MAX = 30_000;

type Waiter = (order: TaskOrder["order"] | undefined) => void;

/** The runner's end of the socket to its driver; there is none while the server is away. */
export class DriverChannel {
  readonly #obey: (order: RunnerOrder) => void;
  readonly #onLost: () => void;
  readonly #waiters = new Map<number, Waiter>();
  #socket: Socket | undefined;
  #nextRequestId = 1;

  constructor(parts: { obey: (order: RunnerOrder) => void; onLost: () => void }) {
    this.#obey = parts.obey;
    this.#onLost = parts.onLost;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /** Speaks with this driver from now on; the one before is gone, whether it knows or not. */
  attach(socket: Socket): void {
    this.#socket?.destroy();
    this.#giveUpWaiting();
    this.#socket = socket;
    const lines = new LineSplitter();
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      if (this.#socket !== socket) return;
      for (const line of lines.push(piece)) this.#hear(line);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#giveUpWaiting();
      this.#onLost();
    });
  }

  /** Said in vain when no driver is there. What is said in one turn of the event loop travels together. */
  tell(news: RunnerNews): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(`${JSON.stringify(news)}\n`);
  }

  /** Resolves once the report is on the server's disk; with `undefined` when it must go another way. */
  async report(taskId: string, report: TaskReport): Promise<TaskOrder["order"] | undefined> {
    if (this.#socket === undefined) return undefined;
    const requestId = this.#nextRequestId++;
    const { promise, resolve } = Promise.withResolvers<TaskOrder["order"] | undefined>();
    this.#waiters.set(requestId, resolve);
    this.tell({ type: "report", requestId, taskId, report });
    const timer = setTimeout(() => this.#answer(requestId, undefined), ANSWER_MS_MAX);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket?.end();
  }

  #hear(line: string): void {
    const order = runnerOrderSchema.safeParse(parseJson(line));
    // Not of this release's language: the sender sees no answer and asks another runner.
    if (!order.success) return;
    if (order.data.type === "heard") this.#answer(order.data.requestId, order.data.order);
    else this.#obey(order.data);
  }

  #answer(requestId: number, order: TaskOrder["order"] | undefined): void {
    const resolve = this.#waiters.get(requestId);
    this.#waiters.delete(requestId);
    resolve?.(order);
  }

  #giveUpWaiting(): void {
    for (const resolve of this.#waiters.values()) resolve(undefined);
    this.#waiters.clear();
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
