import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { readCredentials } from "../../engine/access/authenticate.ts";
import type { RegistryPlace, TokenDependencies } from "./token-dependencies.ts";

const paramsSchema = z.object({ name: z.string().min(1).max(100) });

/** Tells clients that know a registry's name alone where its assets are served: here. */
export function addRegistryDiscoveryRoutes(app: FastifyInstance, deps: TokenDependencies): void {
  app.get("/registrymanagement/v1.0/registries/:name/discovery", async (request) => {
    await deps.tokens.verify(readCredentials(request.headers).token, ["management", "machineLearning"]);
    const { name } = paramsSchema.parse(request.params);
    const place = await deps.findRegistry(name);
    if (place === undefined) throw new PlatformError("NotFound", `Registry '${name}' does not exist.`);
    return renderDiscovery(name, place, deps);
  });
}

function renderDiscovery(name: string, place: RegistryPlace, deps: TokenDependencies): object {
  // Clients append their path to it as it is, so the final slash matters.
  const providerUri = `${deps.baseUrl}/`;
  const fqdn = { registryFqdn: new URL(deps.baseUrl).host, uri: providerUri };
  return {
    registryName: name,
    subscriptionId: place.subscription,
    resourceGroup: place.resourceGroup,
    tenantId: deps.owner.principal.tenantId,
    primaryRegion: place.location,
    primaryRegionResourceProviderUri: providerUri,
    locations: [place.location],
    additionalRegions: [],
    registryFqdns: { [place.location]: fqdn },
  };
}
