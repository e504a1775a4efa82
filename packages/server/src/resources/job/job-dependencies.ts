import type { BlobStore } from "../../blobs/blob-store.ts";
import type { ComputeDriver } from "../../drivers/driver.ts";
import type { Access } from "../../engine/access/access.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import type { AssetFinder } from "../../engine/data/asset-finder.ts";
import type { DataLocator } from "../../engine/data/data-locator.ts";
import type { EnvironmentResolver } from "../../engine/environments/environment-resolver.ts";
import type { Notifier } from "../../engine/notifications/notifier.ts";
import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import type { StepReuse } from "../../engine/reuse/step-reuse.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import type { TrackingStore } from "../../tracking/tracking-store.ts";

export interface JobDependencies {
  /** Asked where one job's answer shows another. */
  readonly access: Pick<Access, "assertCan">;
  readonly tasks: Tasks;
  readonly liveLogs: LiveLogs;
  readonly blobs: BlobStore;
  readonly tracking: TrackingStore;
  readonly tokens: Tokens;
  readonly pools: ComputePools;
  readonly locator: DataLocator;
  /** Finds versions of assets by any reference. */
  readonly assets: AssetFinder;
  readonly environments: EnvironmentResolver;
  /** Decides which steps of pipelines have to run. */
  readonly reuse: StepReuse;
  /** Tells people and programs that a job has ended. */
  readonly notifier: Notifier;
  /** Starts tasks on this machine. */
  readonly driver: ComputeDriver;
  /** Base under which tasks of this machine reach the server, without a final slash. */
  readonly serverUrl: string;
  /** Base that clients use, https, without a final slash. */
  readonly baseUrl: string;
  /** Folder of the tasks' working folders. */
  readonly tasksFolder: string;
  /** Jobs at a time on `serverless` and `local`. */
  readonly slotCount: number;
  /** Holds the package `lazuli`, which runs inside users' Python environments. */
  readonly pythonFolder: string;
}
