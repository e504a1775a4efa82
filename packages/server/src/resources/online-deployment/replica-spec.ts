import { createHash } from "node:crypto";
import { join } from "node:path";

import type { TaskInput, TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import type { OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";

import type { DeploymentSources, StagedModel } from "./deployment-sources.ts";
import { requestLimits } from "./request-limits.ts";

export interface ReplicaPlace {
  readonly taskId: string;
  readonly token: string;
  /** `$LAZULI_HOME/tasks`. */
  readonly tasksFolder: string;
  readonly serverUrl: string;
  /** Folder with the package `lazuli`, whose scoring server runs in the user's environment. */
  readonly pythonFolder: string;
  readonly deploymentName: string;
  readonly endpointName: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly workspaceName: string;
}

/** How long a replica may finish its requests when it is told to end. */
export const REPLICA_GRACE_SECONDS = 30;
const MODEL_INPUT = "model";
const DIGEST_CHARACTERS = 12;

/**
 * What makes two replicas interchangeable: a change of anything here starts new ones, a change of the instance count,
 * tags or time limits does not.
 */
export function templateDigest(properties: OnlineDeploymentProperties): string {
  const { model, modelMountPath, codeConfiguration, environmentId, environmentVariables } = properties;
  const template = {
    model,
    modelMountPath,
    codeConfiguration,
    environmentId,
    environmentVariables,
    concurrencyMax: requestLimits(properties).concurrencyMax,
  };
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, DIGEST_CHARACTERS);
}

/** The task of one replica: our scoring server in the deployment's environment, with its code and model. */
export function replicaSpec(
  properties: OnlineDeploymentProperties,
  sources: DeploymentSources,
  place: ReplicaPlace,
): TaskSpec {
  const { code, model, environment } = sources;
  return {
    taskId: place.taskId,
    kind: "replica",
    token: place.token,
    serverUrl: place.serverUrl,
    workingFolder: join(place.tasksFolder, place.taskId),
    ...(code !== undefined && { code: { url: code.url, ...(code.localFiles && { localFiles: code.localFiles }) } }),
    environment,
    // Where the folders lie only the node knows; `exec` lets signals reach the server itself.
    command:
      `AML_APP_ROOT="$PWD" AZUREML_MODEL_DIR="$AZUREML_CR_DATA_CAPABILITY_PATH/${MODEL_INPUT}" ` +
      "exec python -m lazuli.scoring",
    parameters: {},
    inputs: model === undefined ? [] : [modelInput(model)],
    outputs: [],
    variables: replicaVariables(properties, place),
    artifactsUrl: "",
    graceSeconds: REPLICA_GRACE_SECONDS,
  };
}

/** Azure lays a model out under its own name: `AZUREML_MODEL_DIR/model.pkl`, or `AZUREML_MODEL_DIR/model/…`. */
function modelInput(model: StagedModel): TaskInput {
  const name = model.isFolder ? `${MODEL_INPUT}/${model.baseName}` : MODEL_INPUT;
  const { url, isFolder, localFiles } = model;
  const type = model.isMlflow ? "mlflow_model" : "custom_model";
  return { name, type, mode: "ro_mount", url, isFolder, ...(localFiles !== undefined && { localFiles }) };
}

function replicaVariables(properties: OnlineDeploymentProperties, place: ReplicaPlace): Record<string, string> {
  const given = Object.entries(properties.environmentVariables ?? {});
  const own = Object.fromEntries(given.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  const script = properties.codeConfiguration?.scoringScript;
  const paths = [place.pythonFolder, own["PYTHONPATH"]].filter((path) => path !== undefined && path !== "");
  return {
    AZUREML_ARM_SUBSCRIPTION: place.subscription,
    AZUREML_ARM_RESOURCEGROUP: place.resourceGroup,
    AZUREML_ARM_WORKSPACE_NAME: place.workspaceName,
    SERVICE_NAME: place.endpointName,
    SERVICE_PATH_PREFIX: "",
    AZUREML_SERVICE_NAME: place.deploymentName,
    ...own,
    ...(script !== undefined && { AZUREML_ENTRY_SCRIPT: script }),
    PYTHONPATH: paths.join(":"),
    LAZULI_MAX_CONCURRENT_REQUESTS: String(requestLimits(properties).concurrencyMax),
  };
}
