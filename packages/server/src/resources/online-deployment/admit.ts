import { PlatformError } from "@lazuli/contract/errors.ts";
import { deploymentSkuSchema, type OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";

import type { AdmitRequest, Admitted } from "../../engine/define-resource.ts";
import { checkReferences, type SourceDependencies } from "./deployment-sources.ts";
import type { DeploymentState } from "./deployment-state.ts";

/** Replicas that one deployment may have here. */
export const INSTANCES_MAX = 50;

const NAME = /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/;
/** Set by the platform; a user's own value would break the replica. */
const RESERVED_VARIABLES = /^(LAZULI_|AML_APP_ROOT$|AZUREML_MODEL_DIR$)/;

/** Fills in defaults; refuses bad names, unknown assets and environments that cannot be made, before anything is started. */
export async function admitDeployment(
  request: AdmitRequest<OnlineDeploymentProperties, DeploymentState>,
  deps: SourceDependencies,
): Promise<Admitted<OnlineDeploymentProperties, DeploymentState>> {
  const { id, name, existing, properties, envelope } = request;
  if (existing === undefined) checkName(name);
  checkVariables(properties);
  checkScript(properties.codeConfiguration?.scoringScript);
  const sku = deploymentSkuSchema.safeParse(envelope.sku ?? existing?.envelope.sku ?? {});
  if (!sku.success || sku.data.capacity > INSTANCES_MAX) {
    const wanted = `a whole number from 0 to ${INSTANCES_MAX}`;
    throw new PlatformError("BadRequest", `The instance count must be ${wanted}.`, { target: "sku.capacity" });
  }
  await checkReferences(id, properties, deps);
  // Shown by GET, and sent back by clients that change what they read.
  const { instances: _instances, error: _error, provisioningState: _provisioningState, ...desired } = properties;
  return { properties: desired, envelope: { location: "local", ...envelope, sku: sku.data } };
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new PlatformError(
    "BadRequest",
    `'${name}' cannot name a deployment: use 3 to 32 letters, digits and '-', starting with a letter and not ending with '-'.`,
    { target: "name", azureCode: "InvalidDeploymentName" },
  );
}

function checkVariables({ environmentVariables }: OnlineDeploymentProperties): void {
  const reserved = Object.keys(environmentVariables ?? {}).find((name) => RESERVED_VARIABLES.test(name));
  if (reserved === undefined) return;
  throw new PlatformError("BadRequest", `The variable '${reserved}' is set by the platform; use another name.`, {
    target: `properties.environmentVariables.${reserved}`,
  });
}

function checkScript(script: string | undefined): void {
  if (script === undefined || !(script.startsWith("/") || script.split("/").includes(".."))) return;
  throw new PlatformError("BadRequest", `The scoring script '${script}' must be a path inside the code.`, {
    target: "properties.codeConfiguration.scoringScript",
  });
}
