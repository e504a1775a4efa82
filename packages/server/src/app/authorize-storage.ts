import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Access } from "../engine/access/access.ts";
import type { Principal } from "../engine/access/principal.ts";
import type { Engine } from "../engine/engine.ts";
import { storageAccountOf } from "../engine/workspaces/workspace-storage.ts";
import type { StorageAccess } from "../protocols/blob/blob-protocol-dependencies.ts";

const CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers";

/** Azure's action strings for each kind of access. */
const ACTIONS: Record<StorageAccess["kind"], string> = {
  read: `${CONTAINERS}/blobs/read`,
  write: `${CONTAINERS}/blobs/write`,
  delete: `${CONTAINERS}/blobs/delete`,
  manage: `${CONTAINERS}/write`,
};

/** Decides what a bearer token may do with an account: as much as with the workspace or registry that it belongs to. */
export function createStorageAuthorization(
  engine: Engine,
  access: Access,
): (principal: Principal, wanted: StorageAccess) => Promise<void> {
  const rootOfAccount = new Map<string, string>();

  return async (principal, wanted) => {
    const root = rootOfAccount.get(wanted.account) ?? (await findRoot(wanted.account));
    if (root === undefined) {
      throw new PlatformError("NotFound", `There is no storage account '${wanted.account}'.`, {
        azureCode: "ResourceNotFound",
      });
    }
    await access.assertCan(principal, ACTIONS[wanted.kind], root);
  };

  async function findRoot(account: string): Promise<string | undefined> {
    const roots = [...(await engine.store.listByType("workspaces")), ...(await engine.store.listByType("registries"))];
    for (const root of roots) rootOfAccount.set(storageAccountOf(String(root.state["workspaceId"])), root.id);
    return rootOfAccount.get(account);
  }
}
