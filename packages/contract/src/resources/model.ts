import { z } from "zod";

import { assetProperties, defineAsset } from "../shared/asset.ts";

export const modelVersionProperties = z.looseObject({
  ...assetProperties,
  modelType: z.string().nullish().describe("`custom_model`, `mlflow_model` or `triton_model`."),
  modelUri: z.string().min(1).describe("File or folder of the model: `azureml://…` or a job's output."),
  flavors: z.record(z.string(), z.looseObject({})).nullish().describe("Flavors of an MLflow model."),
  jobName: z.string().nullish().describe("Job that made the model."),
  stage: z.string().nullish().describe("`Development`, `Production`, `Archived` or a word of your own."),
});

export const modelTypes = defineAsset({
  collection: "models",
  noun: "model",
  properties: modelVersionProperties,
  example: {
    properties: {
      modelType: "mlflow_model",
      modelUri: "azureml://jobs/brave_apple_1/outputs/artifacts/paths/model/",
      flavors: { sklearn: { data: { sklearn_version: "1.5.2" } } },
    },
  },
  versionActions: [
    { name: "startPendingUpload", longRunning: false, description: "Where to upload the model's files, with a SAS." },
  ],
});
