import { onlineEndpointType, type OnlineEndpointProperties } from "@lazuli/contract/resources/online-endpoint.ts";

import type { Tokens } from "../../engine/access/tokens.ts";
import { defineResource } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";
import { servingPath, type ServingTable } from "../../engine/serving/serving-table.ts";
import { rootStorage } from "../../engine/workspaces/root-storage.ts";
import { issueToken, listKeys, regenerateKey } from "./actions.ts";
import { admitEndpoint } from "./admit.ts";
import { endpointStateSchema, type EndpointState } from "./endpoint-state.ts";
import { reconcileEndpoint } from "./reconcile.ts";

export interface OnlineEndpointDependencies {
  readonly secretBox: SecretBox;
  readonly table: ServingTable;
  readonly tokens: Tokens;
  /** Base URL that callers reach this server under, without a final slash. */
  readonly baseUrl: string;
}

/** An online endpoint: one address, its keys, and how requests are shared among its deployments. */
export function onlineEndpointResource(deps: OnlineEndpointDependencies) {
  return defineResource<OnlineEndpointProperties, EndpointState>({
    type: onlineEndpointType,
    state: endpointStateSchema,
    initialState: { sealedKeys: "" },
    admit: (request, context) => admitEndpoint(request, context, deps),
    reconcile: (resource, context) => reconcileEndpoint(resource, context, deps),
    render: async (resource, context) => {
      const { guid } = await rootStorage(resource.id, context.resources);
      return renderEndpoint(resource, `${deps.baseUrl}/endpoints/${servingPath(guid, resource.id)}`);
    },
    actions: {
      listKeys: async ({ resource }) => listKeys(resource, deps),
      regenerateKeys: ({ resource, body }, context) => regenerateKey(resource, body, { ...deps, context }),
      token: ({ resource, principal }, context) => issueToken(resource, principal, { ...deps, context }),
    },
  });
}

function renderEndpoint(
  resource: Resource<OnlineEndpointProperties, EndpointState>,
  url: string,
): Record<string, unknown> {
  const { keys: _hidden, ...shown } = resource.properties;
  return {
    ...shown,
    traffic: resource.properties.traffic ?? {},
    mirrorTraffic: resource.properties.mirrorTraffic ?? {},
    publicNetworkAccess: resource.properties.publicNetworkAccess ?? "Enabled",
    scoringUri: `${url}/score`,
    swaggerUri: `${url}/swagger.json`,
  };
}
