import type { BlobStore } from "../../blobs/blob-store.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Authenticate } from "../../engine/access/authenticate.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { DataLocator } from "../../engine/data/data-locator.ts";
import type { ResourceDefinition, ResourceContext } from "../../engine/define-resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import type { TrackingStore } from "../../tracking/tracking-store.ts";

export interface HistoryDependencies {
  readonly engine: {
    readonly context: ResourceContext;
    readonly definitions: ReadonlyMap<string, ResourceDefinition>;
  };
  readonly authenticate: Authenticate;
  readonly access: { assertCan(principal: Principal, action: string, id: string): Promise<void> };
  readonly tasks: Tasks;
  readonly liveLogs: LiveLogs;
  readonly blobs: BlobStore;
  readonly tracking: TrackingStore;
  readonly locator: DataLocator;
  /** Makes log addresses that need no token. */
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly log: Log;
  /** Base that clients use, https, without a final slash. */
  readonly baseUrl: string;
}

/** A request below one workspace, authenticated and allowed. */
export interface HistoryRequest {
  readonly method: string;
  readonly workspaceId: string;
  /** Decoded parts below the workspace: `["runs", "j1", "details"]`. */
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly principal: Principal;
}

export type HistoryOperation = (request: HistoryRequest, deps: HistoryDependencies) => Promise<unknown>;
