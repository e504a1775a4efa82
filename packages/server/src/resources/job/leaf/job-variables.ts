import type { CommandJob } from "@lazuli/contract/jobs/command.ts";
import type { ResourceId } from "@lazuli/contract/resource-id.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import { identityClientId } from "./job-substitutions.ts";

export interface VariableSources {
  readonly job: CommandJob;
  readonly name: string;
  /** Name of the job at the top; its own when it belongs to none. */
  readonly rootName: string;
  /** The job's own id. */
  readonly id: ResourceId;
  readonly workspaceGuid: string;
  readonly experimentId: string;
  readonly nodeName: string;
  readonly nodeCount: number;
  readonly computeName: string;
  /** Token for the services behind the resource API, limited to the workspace. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly tokenExpiresAt: number;
  readonly baseUrl: string;
  readonly serverUrl: string;
}

/** Name of the cloud that `lazuli env` and the metadata address speak of. */
const CLOUD_NAME = "LazuliCloud";

/** The variables that Azure ML sets for a job; the job's own win over them. */
export function jobVariables(sources: VariableSources): Record<string, string> {
  const { job, name, id, experimentId, baseUrl, serverUrl, token } = sources;
  const workspaceName = id.segments[0]?.[1] ?? "";
  const experimentName = job.experimentName ?? "Default";
  const scope = workspaceScope(id, workspaceName);
  return {
    AZUREML_RUN_ID: name,
    AZUREML_ROOT_RUN_ID: sources.rootName,
    AZUREML_EXPERIMENT_NAME: experimentName,
    AZUREML_EXPERIMENT_ID: experimentId,
    AZUREML_EXPERIMENT_SCOPE: `${scope}/experiments/${experimentName}`,
    AZUREML_ARM_SUBSCRIPTION: id.subscription,
    AZUREML_ARM_RESOURCEGROUP: id.resourceGroup,
    AZUREML_ARM_WORKSPACE_NAME: workspaceName,
    AZUREML_ARM_PROJECT_NAME: experimentName,
    AZUREML_WORKSPACE_ID: sources.workspaceGuid,
    AZUREML_WORKSPACE_SCOPE: scope,
    AZUREML_RUN_TOKEN: token,
    AZUREML_RUN_TOKEN_EXPIRY: String(Math.floor(sources.tokenExpiresAt / 1000)),
    AZUREML_RUN_TOKEN_PASS: name,
    AZUREML_SERVICE_ENDPOINT: baseUrl,
    AZUREML_RUN_HISTORY_SERVICE_ENDPOINT: baseUrl,
    AZUREML_DISCOVERY_SERVICE_ENDPOINT: `${baseUrl}/discovery`,
    AZUREML_COMPUTE_USE_COMMON_RUNTIME: "true",
    AZUREML_PROCESS_NAME: "main",
    AZUREML_NODE_COUNT: String(sources.nodeCount),
    AZUREML_NODE_NAME: sources.nodeName,
    AZUREML_COMPUTE_NAME: sources.computeName,
    AZUREML_CURRENT_CLOUD: CLOUD_NAME,
    ARM_CLOUD_METADATA_URL: `${baseUrl}/metadata/endpoints?api-version=2019-05-01`,
    ...mlflowVariables(sources, { scope, experimentName }),
    IDENTITY_ENDPOINT: `${serverUrl}/identity/token`,
    IDENTITY_HEADER: token,
    ...identityVariables(sources),
    ...ownVariables(job),
  };
}

/** For credentials that name the identity they want, and those that ask on behalf of the user. */
function identityVariables({ job, serverUrl }: VariableSources): Record<string, string> {
  const clientId = identityClientId({ properties: job });
  const isUser = job.identity?.identityType.toLowerCase() === "useridentity";
  return {
    ...(clientId !== undefined && { DEFAULT_IDENTITY_CLIENT_ID: clientId }),
    ...(isUser && { OBO_ENDPOINT: `${serverUrl}/identity/token` }),
  };
}

function mlflowVariables(
  sources: VariableSources,
  names: { scope: string; experimentName: string },
): Record<string, string> {
  return {
    MLFLOW_TRACKING_URI: `${sources.serverUrl}/mlflow/v2.0${names.scope}`,
    MLFLOW_TRACKING_TOKEN: sources.token,
    MLFLOW_RUN_ID: sources.name,
    MLFLOW_EXPERIMENT_ID: sources.experimentId,
    MLFLOW_EXPERIMENT_NAME: names.experimentName,
  };
}

function ownVariables(job: CommandJob): Record<string, string> {
  const entries = Object.entries(job.environmentVariables ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

function workspaceScope(id: ResourceId, workspaceName: string): string {
  const group = `/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`;
  return `${group}/providers/${MACHINE_LEARNING}/workspaces/${workspaceName}`;
}
