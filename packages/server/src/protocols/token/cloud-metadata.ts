import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";
import type { FastifyInstance } from "fastify";

import { CLOUD_SUFFIX, defaultAudienceClaim } from "../../engine/access/audiences.ts";
import type { TokenDependencies } from "./token-dependencies.ts";

/** Never a name that clients have built in: they would discard the whole document. */
export const CLOUD_NAME = "LazuliCloud";

/**
 * The SDK makes up the audience `https://ml.azure.<suffix>` from what follows the second dot of the portal's address, so
 * this is a name with the right dots and not an address; clients only print it.
 */
const PORTAL_URL = `https://portal.azure.${CLOUD_SUFFIX}/`;

/** The document at `ARM_CLOUD_METADATA_URL`: our own cloud and no other. Needs no token, and says nothing secret. */
export function addCloudMetadataRoutes(app: FastifyInstance, deps: TokenDependencies): void {
  app.get("/metadata/endpoints", () => [renderCloud(deps)]);
}

function renderCloud(deps: TokenDependencies): Record<string, unknown> {
  const root = `${deps.baseUrl}/`;
  return {
    name: CLOUD_NAME,
    portal: PORTAL_URL,
    resourceManager: root,
    authentication: {
      loginEndpoint: root,
      audiences: [root, `${defaultAudienceClaim("management")}/`],
      tenant: deps.owner.principal.tenantId,
      identityProvider: "AAD",
    },
    suffixes: { storage: STORAGE_SUFFIX },
    activeDirectoryDataLake: "https://datalake.azure.net/",
    gallery: root,
    graph: root,
    graphAudience: root,
    microsoftGraphResourceId: root,
    media: root,
    batch: root,
    vmImageAliasDoc: root,
    sqlManagement: root,
  };
}
