import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { systemClock } from "../../packages/server/src/base/clock.ts";
import { silentLog } from "../../packages/server/src/base/log.ts";
import type { BlobEngine } from "../../packages/server/src/blobs/blob-engine.ts";
import { openBlobStore } from "../../packages/server/src/blobs/open-blob-store.ts";
import type { Database } from "../../packages/server/src/database/database.ts";
import { databaseView } from "../../packages/server/src/database/database-view.ts";
import { openSqliteDatabase } from "../../packages/server/src/database/sqlite-database.ts";
import type { ComputeDriver, TaskHandle, TaskStatus } from "../../packages/server/src/drivers/driver.ts";
import { systemPrincipal } from "../../packages/server/src/engine/access/principal.ts";
import type { Tokens } from "../../packages/server/src/engine/access/tokens.ts";
import { controlMigrations, type ControlSchema } from "../../packages/server/src/engine/control-schema.ts";
import { AssetFinder } from "../../packages/server/src/engine/data/asset-finder.ts";
import { DataLocator } from "../../packages/server/src/engine/data/data-locator.ts";
import { createEngine, type Engine } from "../../packages/server/src/engine/engine.ts";
import { EnvironmentResolver } from "../../packages/server/src/engine/environments/environment-resolver.ts";
import { ComputePools } from "../../packages/server/src/engine/placement/compute-pools.ts";
import { reuseMigrations } from "../../packages/server/src/engine/reuse/reuse-schema.ts";
import { StepReuse } from "../../packages/server/src/engine/reuse/step-reuse.ts";
import { openSecretBox, type SecretBox } from "../../packages/server/src/engine/secrets/secret-box.ts";
import { openLiveLogs } from "../../packages/server/src/engine/tasks/open-live-logs.ts";
import { openTasks } from "../../packages/server/src/engine/tasks/open-tasks.ts";
import { taskMigrations } from "../../packages/server/src/engine/tasks/task-schema.ts";
import type { LiveLogs, Tasks } from "../../packages/server/src/engine/tasks/tasks.ts";
import { openTrackingStore, type Tracking } from "../../packages/server/src/tracking/open-tracking-store.ts";
import { trackingMigrations, type TrackingSchema } from "../../packages/server/src/tracking/tracking-schema.ts";
import { computeResource } from "../../packages/server/src/resources/compute/compute.ts";
import { datastoreResource } from "../../packages/server/src/resources/datastore/datastore.ts";
import { environmentVersionResource } from "../../packages/server/src/resources/environment/environment.ts";
import { workspaceResource } from "../../packages/server/src/resources/workspace/workspace.ts";
import { jobResource } from "../../packages/server/src/resources/job/job.ts";

/** Id of the workspace in the shape of a GUID. */
export const GUID = "0f3c0f3c-0000-4000-8000-000000000001";
/** Id of the workspace that the tests make. */
export const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const AUTHORITY = "127.0.0.1:8470";

/** Takes tasks and does nothing with them; a test reports what they do. */
export class FakeDriver implements ComputeDriver {
  readonly name = "process";
  readonly can = { useGpu: false, openTerminal: false };
  readonly started: TaskSpec[] = [];
  readonly stopped: string[] = [];
  readonly statuses = new Map<string, TaskStatus>();

  async start(task: TaskSpec): Promise<TaskHandle> {
    if (!this.started.some(({ taskId }) => taskId === task.taskId)) this.started.push(task);
    return { taskId: task.taskId };
  }

  async inspect(handle: TaskHandle): Promise<TaskStatus> {
    return this.statuses.get(String(handle["taskId"])) ?? "running";
  }

  async stop(handle: TaskHandle): Promise<void> {
    this.stopped.push(String(handle["taskId"]));
  }

  async kill(handle: TaskHandle): Promise<void> {
    this.statuses.set(String(handle["taskId"]), "lost");
  }
}

const tokens: Tokens = {
  issue: async ({ audience }) => `token for ${audience}`,
  verify: async () => systemPrincipal,
  inspect: async () => ({ principal: systemPrincipal, expiresAt: 0 }),
};

export interface Stores {
  readonly control: Database<ControlSchema>;
  readonly blobs: BlobEngine;
  readonly tracking: Tracking;
  readonly liveLogs: LiveLogs;
  readonly secretBox: SecretBox;
  readonly folder: string;
  close(): Promise<void>;
}

/** One life of a server over stores that outlive it. */
export interface World {
  readonly pools: ComputePools;
  readonly engine: Engine;
  readonly tasks: Tasks;
  readonly driver: FakeDriver;
}

export async function openWorld(stores: Stores, driver: FakeDriver): Promise<World> {
  const engine: Engine = createEngine({ database: stores.control, clock: systemClock, log: silentLog });
  const { liveLogs, blobs, secretBox, tracking } = stores;
  const tasks = openTasks({
    database: databaseView(stores.control),
    logs: liveLogs,
    clock: systemClock,
    onChange: (ownerId) => engine.resources.wake(ownerId),
  });
  const assets = new AssetFinder({ resources: engine.resources, findRegistryId: async () => undefined });
  const locator = new DataLocator({ resources: engine.resources, assets });
  const environments = new EnvironmentResolver({ assets });
  const pools = new ComputePools({
    clock: systemClock,
    wake: (key) => engine.resources.wake(key),
    machine: { nodeCountMax: 100, coreCount: 100, gpuCount: 3 },
  });
  const shared = { blobs, authority: AUTHORITY, newGuid: () => GUID, now: () => systemClock.now() };
  engine.define(workspaceResource(shared));
  engine.define(datastoreResource({ ...shared, secretBox }));
  engine.define(environmentVersionResource());
  engine.define(computeResource({ pools, machine: { coreCount: 2, memoryBytes: 1, gpuCount: 0 } }));
  engine.define(
    jobResource({
      access: { assertCan: async () => undefined },
      tasks,
      liveLogs,
      blobs,
      tracking,
      tokens,
      pools,
      driver,
      locator,
      assets,
      environments,
      reuse: new StepReuse({
        database: databaseView(stores.control),
        blobs,
        resources: engine.resources,
        locator,
        environments,
        clock: systemClock,
      }),
      notifier: { send: async () => undefined },
      serverUrl: `http://${AUTHORITY}`,
      baseUrl: `https://${AUTHORITY}`,
      tasksFolder: join(stores.folder, "tasks"),
      pythonFolder: "/none",
      slotCount: 2,
    }),
  );
  await engine.start({ force: true });
  return { engine, tasks, driver, pools };
}

export async function openStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-job-"));
  const secretBox = await openSecretBox(join(folder, "keys"));
  const migrations = [...controlMigrations, ...taskMigrations, ...reuseMigrations];
  const parts = { clock: systemClock, log: silentLog };
  const trackingDatabase = await openSqliteDatabase<TrackingSchema>(join(folder, "tracking.db"), trackingMigrations);
  const control = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), migrations);
  const blobFiles = { database: join(folder, "blobs.db"), folder: join(folder, "objects"), secretBox };
  const blobs = await openBlobStore({ ...blobFiles, ...parts });
  return {
    folder,
    secretBox,
    control,
    blobs,
    tracking: openTrackingStore({ database: trackingDatabase, clock: systemClock }),
    async close() {
      await Promise.all([blobs.close(), control.close(), trackingDatabase.close()]);
      await rm(folder, { recursive: true });
    },
    liveLogs: openLiveLogs({ folder: join(folder, "logs") }),
  };
}
