import { setTimeout as sleep } from "node:timers/promises";

import { silentLog } from "../../packages/server/src/base/log.ts";
import type { DriverBench } from "../../packages/server/src/drivers/driver-suite.ts";
import { openProcessDriver, type ProcessDriver } from "../../packages/server/src/drivers/process/process-driver.ts";
import { startNodeServer, type NodeServer } from "./node-server.ts";

export interface ProcessBench extends DriverBench {
  readonly driver: ProcessDriver;
  readonly server: NodeServer;
  untilTrue(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** A second driver over the same home, as a restarted server has. */
  openDriver(): Promise<ProcessDriver>;
}

const WAIT_MAX_MS = 30_000;
const LOOK_MS = 20;

interface BenchOptions {
  readonly warmCount?: number;
  /** As from a driver that leaves reports to the node protocol. */
  readonly reportsOverHttp?: boolean;
}

/** The process driver with a server for its runners, over a home of its own. */
export async function openProcessBench(options: BenchOptions = {}): Promise<ProcessBench> {
  const { warmCount = 1, reportsOverHttp = false } = options;
  const server = await startNodeServer();
  const reports = reportsOverHttp ? {} : { onReport: server.report };
  const openDriver = (): Promise<ProcessDriver> =>
    openProcessDriver({ folder: server.home, nodePath: process.execPath, log: silentLog, warmCount, ...reports });
  const driver = await openDriver();
  return {
    driver,
    server,
    openDriver,
    untilTrue,
    create: (change) => server.create(change),
    untilEnded: (taskId) => server.untilEnded(taskId),
    readLog: (taskId) => server.readLog(taskId),
    async untilLogged(taskId, text) {
      await untilTrue(async () => (await server.readLog(taskId)).includes(text));
      return server.readLog(taskId);
    },
    async close() {
      await driver.close();
      await server.close();
    },
  };
}

async function untilTrue(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MAX_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("The condition did not come true.");
    await sleep(LOOK_MS);
  }
}
