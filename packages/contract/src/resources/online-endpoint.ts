import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";
import { azureWord } from "../shared/azure-word.ts";
import { stringMapSchema } from "../shared/string-map.ts";

/** Shares of traffic by deployment name, each 0 to 100. */
export const trafficSchema = z
  .record(z.string(), z.number().int().min(0).max(100))
  .describe("Percentage of requests by deployment name; sums to 0 or 100.");

export const ENDPOINT_AUTH_MODES = ["Key", "AMLToken", "AADToken"] as const;

export const endpointKeysSchema = z.looseObject({
  primaryKey: z.string().nullish().describe("First key that callers may use."),
  secondaryKey: z.string().nullish().describe("Second key, so that the first can be changed without an outage."),
});

export const onlineEndpointPropertiesSchema = z.looseObject({
  authMode: z.enum(ENDPOINT_AUTH_MODES).describe("How callers prove who they are: a key, or a token."),
  compute: z.string().nullish().describe("Id of the attached cluster to serve from; absent for managed endpoints."),
  description: z.string().nullish().describe("What the endpoint is for."),
  keys: endpointKeysSchema.nullish().describe("Keys to start with; made when absent, and never shown by GET."),
  properties: stringMapSchema.nullish().describe("Free text by name."),
  publicNetworkAccess: azureWord(["Enabled", "Disabled"]).nullish().describe("Whether callers outside may reach it."),
  traffic: trafficSchema.nullish(),
  mirrorTraffic: trafficSchema
    .nullish()
    .describe("Percentage of requests copied to a deployment whose answer is thrown away; one deployment, at most 50."),
});

export const onlineEndpointType = defineResourceType({
  type: "workspaces/onlineEndpoints",
  noun: "online-endpoint",
  properties: onlineEndpointPropertiesSchema,
  example: {
    location: "local",
    kind: "Managed",
    tags: { team: "vision" },
    properties: { authMode: "Key", description: "Scores irises", traffic: { blue: 90, green: 10 } },
  },
  longRunning: true,
  actions: [
    { name: "listKeys", longRunning: false, description: "Shows the endpoint's two keys." },
    { name: "regenerateKeys", longRunning: true, description: "Replaces one of the endpoint's keys." },
    { name: "token", longRunning: false, description: "Makes a token that calls the endpoint." },
  ],
});

/** Body of `regenerateKeys`; a key is made where none is given. */
export const regenerateKeysSchema = z.looseObject({
  keyType: z.enum(["Primary", "Secondary"]),
  keyValue: z.string().min(1).nullish(),
});

export type OnlineEndpointProperties = z.infer<typeof onlineEndpointPropertiesSchema>;
export type Traffic = z.infer<typeof trafficSchema>;
