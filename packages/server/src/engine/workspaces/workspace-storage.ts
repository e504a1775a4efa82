/** Names of a workspace's storage, all derived from its GUID so that nothing needs to be looked up. */

const ACCOUNT_HEX_DIGITS = 16;

/** Account of the workspace: `lz` and the first sixteen hex digits of the GUID. */
export function storageAccountOf(workspaceGuid: string): string {
  return `lz${workspaceGuid.replaceAll("-", "").slice(0, ACCOUNT_HEX_DIGITS)}`;
}

/** Container of run artifacts, logs and MLflow's files; the same in every workspace, as in Azure. */
export const ARTIFACT_CONTAINER = "azureml";

export interface SystemDatastore {
  readonly name: string;
  readonly container: string;
  readonly datastoreType: "AzureBlob" | "AzureFile";
  readonly isDefault: boolean;
}

/** The four datastores that every workspace has. */
export function systemDatastores(workspaceGuid: string): readonly SystemDatastore[] {
  return [
    {
      name: "workspaceblobstore",
      container: `azureml-blobstore-${workspaceGuid}`,
      datastoreType: "AzureBlob",
      isDefault: true,
    },
    { name: "workspaceartifactstore", container: ARTIFACT_CONTAINER, datastoreType: "AzureBlob", isDefault: false },
    {
      name: "workspacefilestore",
      container: `azureml-filestore-${workspaceGuid}`,
      datastoreType: "AzureFile",
      isDefault: false,
    },
    {
      name: "workspaceworkingdirectory",
      container: `code-${workspaceGuid}`,
      datastoreType: "AzureFile",
      isDefault: false,
    },
  ];
}

/** Prefix of a run's files in the artifact container. */
export function runArtifactPrefix(runId: string): string {
  return `ExperimentRun/dcid.${runId}/`;
}
