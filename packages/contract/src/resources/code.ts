import { z } from "zod";

import { assetProperties, defineAsset } from "../shared/asset.ts";

export const codeVersionProperties = z.looseObject({
  ...assetProperties,
  codeUri: z.string().min(1).describe("Folder of the snapshot: an https blob URL or `azureml://datastores/…`."),
});

/** Snapshots of source folders. Clients name them by content, so equal code is uploaded once. */
export const codeTypes = defineAsset({
  collection: "codes",
  noun: "code",
  properties: codeVersionProperties,
  example: { properties: { codeUri: "azureml://datastores/workspaceblobstore/paths/LocalUpload/0a1b/src" } },
  versionActions: [
    { name: "startPendingUpload", longRunning: false, description: "Where to upload the code's files, with a SAS." },
  ],
});
