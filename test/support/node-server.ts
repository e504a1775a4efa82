import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { TaskOrder, TaskReport, TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import Fastify from "fastify";

import { silentLog } from "../../packages/server/src/base/log.ts";
import { openSqliteDatabase } from "../../packages/server/src/database/sqlite-database.ts";
import type { Tokens } from "../../packages/server/src/engine/access/tokens.ts";
import { openLiveLogs } from "../../packages/server/src/engine/tasks/open-live-logs.ts";
import { openTasks } from "../../packages/server/src/engine/tasks/open-tasks.ts";
import { takeReport } from "../../packages/server/src/engine/tasks/take-report.ts";
import { taskMigrations, type TaskTables } from "../../packages/server/src/engine/tasks/task-schema.ts";
import { taskScope } from "../../packages/server/src/engine/tasks/task-token.ts";
import type { LiveLogs, Task, Tasks } from "../../packages/server/src/engine/tasks/tasks.ts";
import type { BlobAdopter } from "../../packages/server/src/protocols/node/adopt-outputs.ts";
import { nodeProtocol } from "../../packages/server/src/protocols/node/node-protocol.ts";

/** The server as runners see it: task store, logs and node protocol over a folder of its own. */
export interface NodeServer {
  readonly home: string;
  readonly url: string;
  readonly tasks: Tasks;
  readonly logs: LiveLogs;
  /** Adopted blobs lie here as `<account>/<container>/<name>`. */
  readonly blobFolder: string;
  /** Stores a task of this spec; the driver is still to be asked. */
  create(change: Partial<TaskSpec> & { command: string }): Promise<TaskSpec>;
  /** Resolves with the task once it satisfies the condition. */
  until(taskId: string, condition: (task: Task) => boolean): Promise<Task>;
  untilEnded(taskId: string): Promise<TaskResult>;
  readLog(taskId: string, name?: string): Promise<string>;
  /** Takes a report in as the driver hands it over; fails while the server is away. */
  report(taskId: string, report: TaskReport): Promise<TaskOrder>;
  /** The server goes away, as after kill -9, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MAX_MS = 60_000;

export async function startNodeServer(): Promise<NodeServer> {
  const home = await mkdtemp(join(tmpdir(), "lazuli-home-"));
  const blobFolder = join(home, "test-blobs");
  const database = await openSqliteDatabase<TaskTables>(join(home, "control.db"), taskMigrations);
  const logs = openLiveLogs({ folder: join(home, "logs", "tasks") });
  const waiting = new Set<() => void>();
  const onChange = (): void => waiting.forEach((look) => look());
  const tasks = openTasks({ database, logs, clock: { now: () => Date.now() }, onChange });
  const blobs = folderBlobs(blobFolder);
  const open = async (port: number): Promise<Awaited<ReturnType<typeof listen>>> =>
    listen({ tasks, logs, blobs, port });
  let app = await open(0);
  const port = portOf(app);
  const url = `http://127.0.0.1:${port}`;
  let nextId = 1;
  let isAway = false;

  async function until(taskId: string, condition: (task: Task) => boolean): Promise<Task> {
    const deadline = Date.now() + WAIT_MAX_MS;
    for (;;) {
      const changed = Promise.withResolvers<void>();
      waiting.add(changed.resolve);
      const task = await tasks.find(taskId);
      if (task !== undefined && condition(task)) {
        waiting.delete(changed.resolve);
        return task;
      }
      if (Date.now() > deadline) throw new Error(`Task ${taskId} did not get there: ${JSON.stringify(task?.events)}`);
      const timer = setTimeout(changed.resolve, 1_000);
      await changed.promise;
      clearTimeout(timer);
      waiting.delete(changed.resolve);
    }
  }

  return {
    home,
    url,
    tasks,
    logs,
    blobFolder,
    until,
    async create(change) {
      const taskId = change.taskId ?? `task-${nextId++}`;
      const spec: TaskSpec = {
        taskId,
        kind: "job",
        token: `token-${taskId}`,
        serverUrl: url,
        workingFolder: join(home, "tasks", taskId),
        environment: { name: "none", requirements: [], variables: {} },
        parameters: {},
        inputs: [],
        outputs: [],
        variables: {},
        artifactsUrl: `${url}/lztest.blob.core.lazuli/azureml/ExperimentRun/dcid.${taskId}/`,
        graceSeconds: 2,
        ...change,
      };
      await tasks.create({ spec, ownerId: `/jobs/${taskId}`, driver: "process" });
      return spec;
    },
    async untilEnded(taskId) {
      const { result } = await until(taskId, (task) => task.result !== undefined);
      if (result === undefined) throw new Error("unreachable");
      return result;
    },
    async readLog(taskId, name = "user_logs/std_log.txt") {
      return Buffer.from(await logs.read({ taskId, name }, 0)).toString();
    },
    async report(taskId, report) {
      if (isAway) throw new PlatformError("Unavailable", "The server is away.");
      return takeReport(taskId, report, { tasks, logs });
    },
    async goAway() {
      isAway = true;
      app.server.closeAllConnections();
      await app.close();
    },
    async comeBack() {
      isAway = false;
      app = await open(port);
    },
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await database.close();
      // Runners on their way out may still write to their cache.
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

interface ListenOptions {
  readonly tasks: Tasks;
  readonly logs: LiveLogs;
  readonly blobs: BlobAdopter;
  readonly port: number;
}

async function listen({ tasks, logs, blobs, port }: ListenOptions) {
  const app = Fastify({ forceCloseConnections: true });
  const localDrivers = new Set(["process"]);
  await app.register(nodeProtocol({ tasks, logs, blobs, tokens: plainTokens, localDrivers, log: silentLog }));
  await app.listen({ port, host: "127.0.0.1" });
  return app;
}

function portOf(app: Awaited<ReturnType<typeof listen>>): number {
  const address = app.server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  return address.port;
}

/** A task's token is `token-<taskId>`: signatures are the access suite's business. */
const plainTokens: Pick<Tokens, "verify"> = {
  verify(token) {
    const taskId = /^token-(.+)$/.exec(token ?? "")?.[1];
    if (taskId === undefined) return Promise.reject(new PlatformError("Unauthenticated", "No token."));
    return Promise.resolve({ id: "o", tenantId: "t", name: taskId, kind: "task", scopes: [taskScope(taskId)] });
  },
};

/** Takes files into a plain folder, for looking at afterwards. */
function folderBlobs(folder: string): BlobAdopter {
  return {
    find: async () => undefined,
    async adopt({ account, container, name }, path): Promise<void> {
      const target = join(folder, account, container, name);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(path, target);
    },
  };
}
