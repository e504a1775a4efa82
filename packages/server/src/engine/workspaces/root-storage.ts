import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Resources } from "../resources/resources.ts";
import { storageAccountOf } from "./workspace-storage.ts";

const rootState = z.looseObject({ workspaceId: z.string() });

export interface RootStorage {
  /** ARM id of the workspace or registry. */
  readonly rootId: string;
  /** Its GUID. */
  readonly guid: string;
  readonly account: string;
  /** What stands for the account where Azure's clients want an ARM id. */
  readonly accountId: string;
}

/** Storage of the workspace or registry that an id lies in. Throws `NotFound` when that is gone. */
export async function rootStorage(id: string, resources: Resources): Promise<RootStorage> {
  const root = await resources.get(renderResourceId(rootId(parseResourceId(id))));
  const guid = rootState.parse(root.state).workspaceId;
  const account = storageAccountOf(guid);
  const group = root.id.slice(0, root.id.toLowerCase().indexOf("/providers/"));
  return {
    rootId: root.id,
    guid,
    account,
    accountId: `${group}/providers/Microsoft.Storage/storageAccounts/${account}`,
  };
}
