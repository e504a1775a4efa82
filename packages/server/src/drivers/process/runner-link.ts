import { connect, type Socket } from "node:net";

import {
  RUNNER_PROTOCOL,
  runnerNewsSchema,
  type RunnerNews,
  type RunnerOrder,
} from "@lazuli/contract/node/runner-message.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import type { TaskOrder, TaskReport } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { LineSplitter } from "@lazuli/contract/shared/line-splitter.ts";

const HELLO_TIMEOUT_MS = 5_000;

export interface LinkListener {
  /** The runner has room for another task. */
  onFree(link: RunnerLink): void;
  /** Takes in what a task's runner says of it; `undefined` when nobody here can. */
  onReport?: ((taskId: string, report: TaskReport) => Promise<TaskOrder>) | undefined;
  onClose(link: RunnerLink): void;
}

interface Waiter {
  resolve(isNew: boolean): void;
  reject(error: Error): void;
}

type Hello = Extract<RunnerNews, { type: "hello" }>;

/** The driver's end of the socket to one runner. */
export class RunnerLink {
  readonly hello: Hello;
  /** Tasks that the runner was given and that take room there. */
  readonly taskIds: Set<string>;
  /** Takes no more tasks. */
  isLeaving = false;
  /** Tasks whose result has not come: the runner speaks for no others. */
  readonly #reporting: Set<string>;
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  readonly #waiters = new Map<number, Waiter>();
  #nextRequestId = 1;

  private constructor(socket: Socket, hello: Hello, listener: LinkListener) {
    this.#socket = socket;
    this.hello = hello;
    this.taskIds = new Set(hello.taskIds);
    this.#reporting = new Set(hello.taskIds);
    this.#listener = listener;
    socket.on("close", () => this.#close());
  }

  /** Throws when nobody listens at the socket or what listens there is no runner of this release. */
  static async open(socketPath: string, listener: LinkListener): Promise<RunnerLink> {
    const socket = connect(socketPath);
    const { promise, resolve, reject } = Promise.withResolvers<RunnerLink>();
    let link: RunnerLink | undefined;
    socket.setTimeout(HELLO_TIMEOUT_MS, () => socket.destroy(new Error("The runner did not say hello.")));
    socket.on("error", reject);
    const lines = new LineSplitter();
    const hear = (line: string): void => {
      const news = runnerNewsSchema.parse(JSON.parse(line));
      if (link !== undefined) return link.#hear(news);
      if (news.type !== "hello") return;
      socket.setTimeout(0);
      link = new RunnerLink(socket, news, listener);
      if (news.protocol !== RUNNER_PROTOCOL) link.tell({ type: "exit" });
      resolve(link);
    };
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      try {
        lines.push(piece).forEach(hear);
      } catch (error) {
        socket.destroy(new Error("What listens at the socket is no runner of this release.", { cause: error }));
      }
    });
    return promise;
  }

  /** Hands a task over; answers whether this is its first start. Throws `Unavailable` when the runner cannot. */
  async start(task: TaskSpec, folder: string): Promise<boolean> {
    if (this.#socket.destroyed) throw new PlatformError("Unavailable", "The runner has ended.");
    const requestId = this.#nextRequestId++;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiters.set(requestId, { resolve, reject });
    this.taskIds.add(task.taskId);
    this.#reporting.add(task.taskId);
    this.tell({ type: "start", requestId, folder, task });
    return promise;
  }

  /** What is said in one turn of the event loop travels together. */
  tell(order: RunnerOrder): void {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(`${JSON.stringify(order)}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(news: RunnerNews): void {
    if (news.type === "hello") return;
    if (news.type === "leaving") {
      this.isLeaving = true;
      return;
    }
    if (news.type === "free") {
      this.taskIds.delete(news.taskId);
      this.#listener.onFree(this);
      return;
    }
    if (news.type === "report") return void this.#takeReport(news);
    const waiter = this.#waiters.get(news.requestId);
    this.#waiters.delete(news.requestId);
    if (news.type === "started") waiter?.resolve(news.isNew);
    else waiter?.reject(new PlatformError("Unavailable", `The runner refused the task: ${news.reason}.`));
  }

  /** Without an answer that says what to do, the runner sends the report over HTTP, which knows every kind of refusal. */
  async #takeReport({ requestId, taskId, report }: Extract<RunnerNews, { type: "report" }>): Promise<void> {
    const takes = this.#reporting.has(taskId) ? this.#listener.onReport?.(taskId, report) : undefined;
    const answer = await takes?.catch(() => undefined);
    if (report.result !== undefined && answer !== undefined) this.#reporting.delete(taskId);
    if (this.#socket.destroyed) return;
    this.tell({ type: "heard", requestId, ...(answer !== undefined && { order: answer.order }) });
  }

  #close(): void {
    const error = new PlatformError("Unavailable", "The runner ended before it took the task on.");
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    this.#listener.onClose(this);
  }
}
