import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";
import { stringMapSchema } from "../shared/string-map.ts";

const secrets = z.looseObject({
  secretsType: z.string().nullish(),
  key: z.string().nullish(),
  sasToken: z.string().nullish(),
  clientSecret: z.string().nullish(),
  certificate: z.string().nullish(),
});

export const DATASTORE_TYPES = ["AzureBlob", "AzureDataLakeGen1", "AzureDataLakeGen2", "AzureFile", "OneLake"] as const;

export const datastoreProperties = z.looseObject({
  datastoreType: z.enum(DATASTORE_TYPES).describe("Which storage protocol reaches it."),
  accountName: z.string().nullish().describe("Storage account; our own are `<host>:<port>/<account>`."),
  containerName: z.string().nullish().describe("Blob container."),
  filesystem: z.string().nullish().describe("Data Lake Gen2 filesystem."),
  fileShareName: z.string().nullish().describe("File share."),
  storeName: z.string().nullish().describe("Data Lake Gen1 store."),
  endpoint: z.string().nullish().describe("DNS suffix of the storage service."),
  protocol: z.string().nullish(),
  description: z.string().nullish(),
  tags: stringMapSchema.nullish(),
  properties: stringMapSchema.nullish(),
  credentials: z
    .looseObject({
      credentialsType: z.enum(["AccountKey", "Sas", "ServicePrincipal", "Certificate", "None"]),
      secrets: secrets.nullish(),
    })
    .describe("How to sign in; secrets are kept encrypted and only `listSecrets` shows them."),
  isDefault: z.boolean().nullish(),
  serviceDataAccessAuthIdentity: z.string().nullish(),
});

export const datastoreType = defineResourceType({
  type: "workspaces/datastores",
  noun: "datastore",
  properties: datastoreProperties,
  example: {
    properties: {
      datastoreType: "AzureBlob",
      accountName: "mysource",
      containerName: "raw",
      credentials: { credentialsType: "None" },
    },
  },
  actions: [{ name: "listSecrets", longRunning: false, description: "The credentials: for our own storage a SAS." }],
});
