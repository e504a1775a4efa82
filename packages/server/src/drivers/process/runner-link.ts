import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

import {
  RUNNER_PROTOCOL,
  runnerNewsSchema,
  type RunnerNews,
  type RunnerOrder,
} from "@lazuli/contract/node/runner-message.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";

const HELLO_TIMEOUT_MS = 5_000;

export interface LinkListener {
  onAvailable(link: RunnerLink): void;
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
  /** The task that the runner was last given, until it says that it is available. */
  taskId: string | undefined;
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  readonly #waiters = new Map<number, Waiter>();
  #nextRequestId = 1;

  private constructor(socket: Socket, hello: Hello, listener: LinkListener) {
    this.#socket = socket;
    this.hello = hello;
    this.taskId = hello.taskId;
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
    const lines = createInterface({ input: socket });
    lines.on("error", reject);
    lines.on("line", (line) => {
      const news = runnerNewsSchema.parse(JSON.parse(line));
      if (link !== undefined) return link.#hear(news);
      if (news.type !== "hello") return;
      socket.setTimeout(0);
      link = new RunnerLink(socket, news, listener);
      if (news.protocol !== RUNNER_PROTOCOL) link.tell({ type: "exit" });
      resolve(link);
    });
    return promise;
  }

  /** Hands a task over; answers whether this is its first start. Throws `Unavailable` when the runner cannot. */
  async start(task: TaskSpec, folder: string): Promise<boolean> {
    if (this.#socket.destroyed) throw new PlatformError("Unavailable", "The runner has ended.");
    const requestId = this.#nextRequestId++;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiters.set(requestId, { resolve, reject });
    this.taskId = task.taskId;
    this.tell({ type: "start", requestId, folder, task });
    return promise;
  }

  tell(order: RunnerOrder): void {
    this.#socket.write(`${JSON.stringify(order)}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(news: RunnerNews): void {
    if (news.type === "available") {
      this.taskId = undefined;
      this.#listener.onAvailable(this);
      return;
    }
    if (news.type === "hello") return;
    const waiter = this.#waiters.get(news.requestId);
    this.#waiters.delete(news.requestId);
    if (news.type === "started") waiter?.resolve(news.isNew);
    else waiter?.reject(new PlatformError("Unavailable", `The runner refused the task: ${news.reason}.`));
  }

  #close(): void {
    const error = new PlatformError("Unavailable", "The runner ended before it took the task on.");
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    this.#listener.onClose(this);
  }
}
