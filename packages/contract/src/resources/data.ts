import { z } from "zod";

import { assetProperties, defineAsset } from "../shared/asset.ts";

export const dataVersionProperties = z.looseObject({
  ...assetProperties,
  dataType: z.enum(["uri_file", "uri_folder", "mltable"]).describe("One file, a folder, or a table over files."),
  dataUri: z.string().min(1).describe("Where the data is: `azureml://…`, `https://…`, `abfss://…`, `wasbs://…`."),
  referencedUris: z.array(z.string()).nullish().describe("Files that an MLTable reads."),
});

export const dataTypes = defineAsset({
  collection: "data",
  noun: "data",
  properties: dataVersionProperties,
  example: {
    properties: { dataType: "uri_file", dataUri: "azureml://datastores/workspaceblobstore/paths/diabetes.csv" },
  },
  versionActions: [
    { name: "startPendingUpload", longRunning: false, description: "Where to upload the data, with a SAS." },
  ],
});
