import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";

export const registryProperties = z.looseObject({
  description: z.string().nullish(),
  publicNetworkAccess: z.string().nullish(),
  regionDetails: z.array(z.looseObject({})).nullish().describe("Where the registry keeps its assets."),
});

/** A registry holds assets that several workspaces share. */
export const registryType = defineResourceType({
  type: "registries",
  noun: "registry",
  properties: registryProperties,
  example: { location: "local", properties: { description: "Shared models." } },
});
