import { registryType } from "@lazuli/contract/resources/registry.ts";
import { z } from "zod";

import type { BlobStore } from "../../blobs/blob-store.ts";
import { defineResource } from "../../engine/define-resource.ts";
import { storageAccountOf } from "../../engine/workspaces/workspace-storage.ts";

export interface RegistryDependencies {
  readonly blobs: BlobStore;
  readonly authority: string;
  newGuid(): string;
}

const stateSchema = z.object({
  /** Names the registry's storage; called as a workspace's for the sake of what serves both. */
  workspaceId: z.string(),
});
type State = z.infer<typeof stateSchema>;

/** A registry: assets that several workspaces share, with storage of its own. */
export function registryResource(deps: RegistryDependencies) {
  return defineResource<Record<string, unknown>, State>({
    type: registryType,
    state: stateSchema,
    initialState: { workspaceId: "" },
    admit: async ({ properties, envelope, existing }) => ({
      properties,
      envelope: { ...envelope, location: existing?.envelope.location ?? envelope.location ?? "local" },
      state: existing?.state ?? { workspaceId: deps.newGuid() },
    }),
    reconcile: async (registry) => {
      const account = storageAccountOf(registry.state.workspaceId);
      if (registry.deletedAt === undefined) await deps.blobs.ensureAccount(account);
      else await deps.blobs.removeAccount(account);
      return { kind: "ready" };
    },
    render: async (registry) => ({
      ...registry.properties,
      registryId: registry.state.workspaceId,
      discoveryUrl: `https://${deps.authority}/registrymanagement/v1.0/registries/${registry.name}/discovery`,
      mlFlowRegistryUri: `azureml://${deps.authority}/mlflow/v2.0${registry.id}`,
    }),
  });
}
