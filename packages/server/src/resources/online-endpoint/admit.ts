import { PlatformError } from "@lazuli/contract/errors.ts";
import { onlineDeploymentType } from "@lazuli/contract/resources/online-deployment.ts";
import type { OnlineEndpointProperties } from "@lazuli/contract/resources/online-endpoint.ts";

import { checkMirrorTraffic, checkTraffic } from "../../domain/traffic/split-traffic.ts";
import type { AdmitRequest, Admitted, ResourceContext } from "../../engine/define-resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";
import { checkKey, newKey, sealKeys, type EndpointState } from "./endpoint-state.ts";

/** Azure's rule: it becomes part of an address. */
const NAME = /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/;

/** Deployments that one endpoint may have. */
const DEPLOYMENTS_MAX = 100;

/**
 * Fills in defaults and makes the keys. Throws `BadRequest` for a bad name, for traffic that sums to neither 0 nor 100
 * or names no deployment of the endpoint, and for a changed authentication mode.
 */
export async function admitEndpoint(
  request: AdmitRequest<OnlineEndpointProperties, EndpointState>,
  context: ResourceContext,
  deps: { readonly secretBox: SecretBox },
): Promise<Admitted<OnlineEndpointProperties, EndpointState>> {
  const { name, existing, properties, envelope } = request;
  if (existing === undefined) checkName(name);
  else checkAuthMode(existing.properties, properties);
  // Shown by GET, and sent back by clients that change what they read.
  const { keys, scoringUri: _scoring, swaggerUri: _swagger, provisioningState: _state, ...kept } = properties;
  const traffic = withoutZeros(properties.traffic);
  const mirrorTraffic = withoutZeros(properties.mirrorTraffic);
  await checkShares(request.id, { traffic, mirrorTraffic }, context);
  const primary = keys?.primaryKey ?? undefined;
  const secondary = keys?.secondaryKey ?? undefined;
  const own = {
    primary: primary === undefined ? newKey() : checkKey(primary),
    secondary: secondary === undefined ? newKey() : checkKey(secondary),
  };
  return {
    properties: { ...kept, traffic, mirrorTraffic },
    envelope: { kind: "Managed", location: "local", ...envelope },
    state: existing?.state ?? sealKeys(own, request.id, deps.secretBox),
  };
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new PlatformError(
    "BadRequest",
    `'${name}' cannot name an endpoint: use 3 to 32 letters, digits and '-', starting with a letter and not ending with '-'.`,
    { target: "name", azureCode: "InvalidEndpointName" },
  );
}

function checkAuthMode(before: OnlineEndpointProperties, after: OnlineEndpointProperties): void {
  if (before.authMode === after.authMode) return;
  throw new PlatformError(
    "BadRequest",
    `The authentication mode cannot change from '${before.authMode}' to '${after.authMode}': make a new endpoint.`,
    { target: "properties.authMode" },
  );
}

async function checkShares(
  id: string,
  shares: { traffic: Record<string, number>; mirrorTraffic: Record<string, number> },
  context: ResourceContext,
): Promise<void> {
  const page = await context.resources.list({
    parentKey: id.toLowerCase(),
    type: onlineDeploymentType.type,
    limit: DEPLOYMENTS_MAX,
  });
  const known = new Set(page.items.filter((one) => one.deletedAt === undefined).map((one) => one.name.toLowerCase()));
  const issues = [
    ...checkTraffic(shares.traffic, known),
    ...checkMirrorTraffic(shares.mirrorTraffic, shares.traffic, known),
  ];
  const [first] = issues;
  if (first === undefined) return;
  throw new PlatformError("BadRequest", first.message, {
    target: first.target,
    details: issues,
    azureCode: first.code,
  });
}

function withoutZeros(shares: Record<string, number> | null | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(shares ?? {}).filter(([, percent]) => percent > 0));
}
