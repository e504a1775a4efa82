import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";

export const workspaceProperties = z.looseObject({
  friendlyName: z.string().nullish().describe("Name for people."),
  description: z.string().nullish(),
  storageAccount: z.string().nullish().describe("ARM id of the storage account; Lazuli makes one of its own."),
  keyVault: z.string().nullish(),
  applicationInsights: z.string().nullish(),
  containerRegistry: z.string().nullish(),
  hbiWorkspace: z.boolean().nullish(),
  publicNetworkAccess: z.string().nullish(),
  imageBuildCompute: z.string().nullish(),
  primaryUserAssignedIdentity: z.string().nullish(),
  systemDatastoresAuthMode: z.string().nullish(),
});

export const workspaceType = defineResourceType({
  type: "workspaces",
  noun: "workspace",
  properties: workspaceProperties,
  example: { location: "local", properties: { friendlyName: "Main", description: "Where we train." } },
  longRunning: true,
  actions: [
    { name: "listKeys", longRunning: false, description: "Keys of the workspace's storage account." },
    { name: "listStorageAccountKeys", longRunning: false, description: "Key of the storage account." },
    { name: "listNotebookAccessToken", longRunning: false, description: "A token for notebooks." },
    { name: "resyncKeys", longRunning: false, description: "Nothing to do here: keys are never cached." },
    { name: "diagnose", longRunning: false, description: "Problems with the workspace's parts, if any." },
  ],
});
