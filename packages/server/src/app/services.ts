import { join } from "node:path";

import type { Clock } from "../base/clock.ts";
import { randomId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { createAuthenticate, type Authenticate } from "../engine/access/authenticate.ts";
import { openAccess, type Access } from "../engine/access/access.ts";
import { openJwtTokens, type JwtTokens } from "../engine/access/jwt-tokens.ts";
import { ensureOwner, type Owner } from "../engine/access/owner.ts";
import { Sessions } from "../engine/access/sessions.ts";
import { AssetFinder } from "../engine/data/asset-finder.ts";
import { DataLocator } from "../engine/data/data-locator.ts";
import { EnvironmentResolver } from "../engine/environments/environment-resolver.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { StepReuse } from "../engine/reuse/step-reuse.ts";
import type { Notifier } from "../engine/notifications/notifier.ts";
import { openNotifier } from "../engine/notifications/open-notifier.ts";
import type { ComputePools } from "../engine/placement/compute-pools.ts";
import type { Quotas } from "../engine/placement/quotas.ts";
import { ServingCounters } from "../engine/serving/serving-counters.ts";
import { ServingTable } from "../engine/serving/serving-table.ts";
import { openTasks } from "../engine/tasks/open-tasks.ts";
import { takeReport } from "../engine/tasks/take-report.ts";
import type { LiveLogs, Tasks } from "../engine/tasks/tasks.ts";
import { openProcessDriver, type ProcessDriver } from "../drivers/process/process-driver.ts";
import type { Config } from "./config.ts";
import { findRegistry } from "./find-registry.ts";
import type { Machine } from "./machine.ts";
import { openPlacement } from "./open-placement.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { openTls, type TlsFiles } from "./tls/tls-files.ts";

/** What behaviour and protocols are made of; constructed once. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly stores: Stores;
  readonly tls: TlsFiles;
  readonly owner: Owner;
  readonly access: Access;
  readonly tokens: JwtTokens;
  readonly sessions: Sessions;
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readonly tasks: Tasks;
  readonly driver: ProcessDriver;
  readonly pools: ComputePools;
  readonly quotas: Quotas;
  readonly machine: Machine;
  readonly assets: AssetFinder;
  readonly locator: DataLocator;
  readonly environments: EnvironmentResolver;
  readonly reuse: StepReuse;
  readonly notifier: Notifier;
  readonly servingTable: ServingTable;
  readonly servingCounters: ServingCounters;
  /** Host and port that callers reach this server under. */
  readonly authority: string;
  /** `https://` and the authority. */
  readonly baseUrl: string;
  /** How tasks of this machine reach the server. */
  readonly serverUrl: string;
  /** Working folders of tasks. */
  readonly tasksFolder: string;
  close(): Promise<void>;
}

/** When to look after a task whose runner went away: its process ends a moment after its socket. */
const LOST_LOOKS_MS = [300, 3_000] as const;

export async function openServices(config: Config, parts: { clock: Clock; log: Log }): Promise<Services> {
  const { clock, log } = parts;
  const keys = join(config.home, "keys");
  const hosts = config.publicHosts;
  const tls = await openTls({ folder: join(config.home, "tls"), hosts, clock, extraRootFiles: config.extraRootFiles });
  const stores = await openStores(config.home, parts);
  const owner = await ensureOwner(keys);
  const access = await openAccess({ database: stores.control, clock, newId: randomId }, owner.principal);
  const engine = createEngine({ database: stores.control, clock, log });
  const tasks = openTasks({
    database: stores.taskTables,
    logs: stores.liveLogs,
    clock,
    onChange: (ownerId) => engine.resources.wake(ownerId),
  });
  const driver = await openDriver(config, { tls, log, tasks, logs: stores.liveLogs, engine, clock });
  const tokens = await openJwtTokens({ folder: keys, clock, hostNames: hosts });
  const sessions = new Sessions({ database: stores.control, access, clock });
  const finders = createFinders(engine);
  const placement = await openPlacement(config, { clock, engine, stores });
  const authority = `${hosts[0] ?? "127.0.0.1"}:${config.port}`;
  return {
    ...parts,
    config,
    stores,
    tls,
    owner,
    access,
    tokens,
    sessions,
    authenticate: createAuthenticate(tokens, sessions),
    engine,
    tasks,
    driver,
    ...placement,
    ...finders,
    reuse: new StepReuse({
      ...finders,
      database: stores.reuseTables,
      blobs: stores.blobs,
      resources: engine.resources,
      clock,
    }),
    notifier: openNotifier(config),
    servingTable: new ServingTable(),
    servingCounters: new ServingCounters(),
    authority,
    baseUrl: `https://${authority}`,
    serverUrl: `http://127.0.0.1:${config.port}`,
    tasksFolder: join(config.home, "tasks"),
    async close() {
      await engine.stop();
      await driver.close();
      await stores.close();
    },
  };
}

/** What finds assets, data and environments behind references. */
function createFinders(engine: Engine): Pick<Services, "assets" | "locator" | "environments"> {
  const assets = new AssetFinder({
    resources: engine.resources,
    findRegistryId: async (name) => (await findRegistry(engine, name))?.id,
  });
  const locator = new DataLocator({ resources: engine.resources, assets });
  return { assets, locator, environments: new EnvironmentResolver({ assets }) };
}

function openDriver(
  config: Config,
  parts: { tls: TlsFiles; log: Log; tasks: Tasks; logs: LiveLogs; engine: Engine; clock: Clock },
): Promise<ProcessDriver> {
  return openProcessDriver({
    folder: config.home,
    caFile: parts.tls.bundlePath,
    nodePath: process.execPath,
    log: parts.log,
    warmCount: config.warmRunnerCount,
    onReport: (taskId, report) => takeReport(taskId, report, parts),
    onLost: (taskIds) => {
      for (const taskId of taskIds) void wakeOwner(taskId, parts);
    },
  });
}

/** Has whoever a task works for look after it. */
async function wakeOwner(taskId: string, parts: { tasks: Tasks; engine: Engine; clock: Clock }): Promise<void> {
  const task = await parts.tasks.find(taskId);
  if (task === undefined) return;
  for (const waitMs of LOST_LOOKS_MS) parts.engine.resources.wake(task.ownerId, parts.clock.now() + waitMs);
}
