import { renderAccountName } from "@lazuli/contract/shared/storage-address.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import type { BlobStore } from "../../blobs/blob-store.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import { defineResource, type Outcome, type ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import { storageAccountOf, systemDatastores } from "../../engine/workspaces/workspace-storage.ts";

export interface WorkspaceDependencies {
  readonly blobs: BlobStore;
  /** Host and port that callers reach this server under. */
  readonly authority: string;
  newGuid(): string;
}

export const workspaceStateSchema = z.object({
  /** Azure's `workspaceId`; names the storage account and the containers. Empty before the first reconcile. */
  workspaceId: z.string(),
});

export type WorkspaceState = z.infer<typeof workspaceStateSchema>;
type Properties = Record<string, unknown>;
type Workspace = Resource<Properties, WorkspaceState>;

const STORAGE_PROVIDER = "Microsoft.Storage/storageAccounts";

/** A workspace: its storage account with four containers, the datastores on them, and the addresses clients read. */
export function workspaceResource(deps: WorkspaceDependencies) {
  return defineResource<Properties, WorkspaceState>({
    type: workspaceType,
    state: workspaceStateSchema,
    initialState: { workspaceId: "" },
    admit: async ({ properties, envelope, existing }) => ({
      properties,
      envelope: {
        ...envelope,
        location: existing?.envelope.location ?? envelope.location ?? "local",
        kind: envelope.kind?.toLowerCase() ?? existing?.envelope.kind ?? "default",
        identity: envelope.identity ?? { type: "SystemAssigned" },
      },
      state: existing?.state ?? { workspaceId: deps.newGuid() },
    }),
    reconcile: (workspace, context) =>
      workspace.deletedAt === undefined ? ensureStorage(workspace, context, deps) : clearStorage(workspace, deps),
    render: async (workspace) => render(workspace, deps),
    actions: {
      listKeys: async ({ resource }) => listKeys(resource, deps),
      listStorageAccountKeys: async ({ resource }) => ({
        userStorageKey: await deps.blobs.accountKey(storageAccountOf(resource.state.workspaceId)),
      }),
      listNotebookAccessToken: async ({ principal }) => ({ notebookResourceId: principal.id, scope: "aznb_identity" }),
      resyncKeys: async () => undefined,
      diagnose: async () => ({ value: {} }),
    },
  });
}

async function ensureStorage(workspace: Workspace, context: ResourceContext, deps: WorkspaceDependencies) {
  const { workspaceId } = workspace.state;
  const account = storageAccountOf(workspaceId);
  await deps.blobs.ensureAccount(account);
  for (const datastore of systemDatastores(workspaceId)) {
    await deps.blobs.ensureContainer(account, datastore.container);
    const id = `${workspace.id}/datastores/${datastore.name}`;
    if ((await context.resources.find(id)) !== undefined) continue;
    const place =
      datastore.datastoreType === "AzureBlob"
        ? { containerName: datastore.container }
        : { fileShareName: datastore.container };
    await context.resources.put({
      id,
      principal: systemPrincipal,
      properties: {
        datastoreType: datastore.datastoreType,
        accountName: renderAccountName(deps.authority, account),
        ...place,
        endpoint: "core.lazuli",
        protocol: "https",
        credentials: { credentialsType: "AccountKey" },
        isDefault: datastore.isDefault,
        description: "Part of the workspace.",
        serviceDataAccessAuthIdentity: "None",
      },
    });
  }
  const outcome: Outcome<WorkspaceState> = { kind: "ready" };
  return outcome;
}

async function clearStorage(workspace: Workspace, deps: WorkspaceDependencies): Promise<Outcome<WorkspaceState>> {
  if (workspace.state.workspaceId !== "") await deps.blobs.removeAccount(storageAccountOf(workspace.state.workspaceId));
  return { kind: "ready" };
}

async function listKeys(workspace: Workspace, deps: WorkspaceDependencies): Promise<Record<string, unknown>> {
  const account = storageAccountOf(workspace.state.workspaceId);
  return {
    userStorageKey: await deps.blobs.accountKey(account),
    userStorageResourceId: storageId(workspace, account),
    appInsightsInstrumentationKey: "",
    containerRegistryCredentials: null,
  };
}

function render(workspace: Workspace, deps: WorkspaceDependencies): Record<string, unknown> {
  const { workspaceId } = workspace.state;
  const base = `https://${deps.authority}`;
  return {
    ...workspace.properties,
    friendlyName: workspace.properties["friendlyName"] ?? workspace.name,
    workspaceId,
    discoveryUrl: `${base}/discovery/workspaces/${workspaceId}`,
    mlFlowTrackingUri: `azureml://${deps.authority}/mlflow/v2.0${workspace.id}`,
    storageAccount: workspace.properties["storageAccount"] ?? storageId(workspace, storageAccountOf(workspaceId)),
    publicNetworkAccess: workspace.properties["publicNetworkAccess"] ?? "Enabled",
    notebookInfo: { fqdn: deps.authority, resourceId: workspaceId },
    storageHnsEnabled: true,
    tenantId: systemPrincipal.tenantId,
  };
}

function storageId(workspace: Workspace, account: string): string {
  const group = workspace.id.slice(0, workspace.id.toLowerCase().indexOf("/providers/"));
  return `${group}/providers/${STORAGE_PROVIDER}/${account}`;
}
