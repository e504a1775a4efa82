import type { BlobStore } from "../../blobs/blob-store.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Authenticate } from "../../engine/access/authenticate.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { Sessions } from "../../engine/access/sessions.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import type { DataLocator } from "../../engine/data/data-locator.ts";
import type { ChangeFeed } from "../../engine/resources/change-feed.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { Resources } from "../../engine/resources/resources.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import type { TrackingStore } from "../../tracking/tracking-store.ts";

export interface WebAccess {
  can(principal: Principal, action: string, id: string): Promise<boolean>;
  /** Throws `Forbidden`. */
  assertCan(principal: Principal, action: string, id: string): Promise<void>;
}

export interface WebDependencies {
  readonly authenticate: Authenticate;
  readonly sessions: Pick<Sessions, "revoke">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly access: WebAccess;
  readonly resources: Resources;
  /** All of one type, whatever lies above them: workspaces and registries. */
  listByType(type: string): Promise<readonly Resource[]>;
  readonly changes: ChangeFeed;
  readonly tasks: Pick<Tasks, "listByOwner">;
  readonly liveLogs: Pick<LiveLogs, "list" | "read" | "changed">;
  readonly blobs: Pick<BlobStore, "find" | "list" | "read">;
  readonly tracking: Pick<TrackingStore, "metricHistory">;
  readonly locator: DataLocator;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of Studio's build; absent in a checkout that was never built. */
  readonly studioFolder: string;
  readonly version: string;
}
