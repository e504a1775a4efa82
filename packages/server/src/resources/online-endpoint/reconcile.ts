import { onlineDeploymentType } from "@lazuli/contract/resources/online-deployment.ts";
import type { OnlineEndpointProperties } from "@lazuli/contract/resources/online-endpoint.ts";

import type { Outcome, ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";
import { digestKey, servingPath, type ServingTable } from "../../engine/serving/serving-table.ts";
import { rootStorage } from "../../engine/workspaces/root-storage.ts";
import { openKeys, type EndpointState } from "./endpoint-state.ts";

const DEPLOYMENTS_GONE_MS = 200;

/** Puts the endpoint into the routing table as it is desired now. */
export async function reconcileEndpoint(
  endpoint: Resource<OnlineEndpointProperties, EndpointState>,
  context: ResourceContext,
  deps: { readonly secretBox: SecretBox; readonly table: ServingTable },
): Promise<Outcome<EndpointState>> {
  if (endpoint.deletedAt !== undefined) return removeEndpoint(endpoint, context, deps.table);
  const { guid } = await rootStorage(endpoint.id, context.resources);
  const keys = openKeys(endpoint.state, endpoint.id, deps.secretBox);
  const { authMode, traffic, mirrorTraffic } = endpoint.properties;
  deps.table.publishEndpoint(servingPath(guid, endpoint.id), {
    id: endpoint.id,
    authMode,
    keyDigests: [digestKey(keys.primary), digestKey(keys.secondary)],
    traffic: traffic ?? {},
    mirrorTraffic: mirrorTraffic ?? {},
  });
  return { kind: "ready" };
}

/** Gone once its deployments are, so that the same names can be made again at once. */
async function removeEndpoint(
  endpoint: Resource<OnlineEndpointProperties, EndpointState>,
  context: ResourceContext,
  table: ServingTable,
): Promise<Outcome<EndpointState>> {
  table.removeEndpoint(endpoint.id);
  const query = { parentKey: endpoint.key, type: onlineDeploymentType.type, limit: 1 };
  const { items } = await context.resources.list(query);
  const [left] = items;
  if (left === undefined) return { kind: "ready" };
  return {
    kind: "checkAgain",
    afterMs: DEPLOYMENTS_GONE_MS,
    reason: `waits until deployment '${left.name}' has stopped`,
  };
}
