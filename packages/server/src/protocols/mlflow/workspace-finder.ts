import { resourceKey } from "@lazuli/contract/resource-id.ts";

import type { Clock } from "../../base/clock.ts";
import type { Resources } from "../../engine/resources/resources.ts";
import { rootStorage } from "../../engine/workspaces/root-storage.ts";
import type { WorkspaceScope } from "./operation.ts";

/** How long a workspace is taken to be there after it was seen. */
const SEEN_MS = 2_000;
const WORKSPACES_SEEN_MAX = 1_000;

export interface WorkspaceFinder {
  /** Throws `NotFound` for a workspace that does not exist. */
  get(workspaceId: string): Promise<WorkspaceScope>;
}

/** Finds workspaces; one just seen is not looked up again, because metrics come by the thousand a second. */
export function createWorkspaceFinder({ resources, clock }: { resources: Resources; clock: Clock }): WorkspaceFinder {
  const seen = new Map<string, { readonly scope: WorkspaceScope; readonly at: number }>();
  return {
    async get(workspaceId) {
      const key = resourceKey(workspaceId);
      const known = seen.get(key);
      if (known !== undefined && clock.now() - known.at < SEEN_MS) return known.scope;
      const { rootId, account } = await rootStorage(workspaceId, resources);
      const scope = { workspaceId: rootId, workspaceKey: resourceKey(rootId), account };
      if (seen.size >= WORKSPACES_SEEN_MAX) seen.clear();
      seen.set(key, { scope, at: clock.now() });
      return scope;
    },
  };
}
