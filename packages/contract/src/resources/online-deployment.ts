import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";
import { azureWord } from "../shared/azure-word.ts";
import { stringMapSchema } from "../shared/string-map.ts";

/** `PT5S`, `PT1M30S`, `P1D`: what Azure calls a duration. */
export const durationSchema = z
  .string()
  .regex(/^P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/, "is not a duration such as 'PT5S'");

export const requestSettingsSchema = z.looseObject({
  maxConcurrentRequestsPerInstance: z.number().int().min(1).max(1000).nullish(),
  maxQueueWait: durationSchema.nullish().describe("Longest wait for a free place on an instance."),
  requestTimeout: durationSchema.nullish().describe("Longest time that one request may take."),
});

export const probeSettingsSchema = z.looseObject({
  failureThreshold: z.number().int().min(1).nullish(),
  successThreshold: z.number().int().min(1).nullish(),
  initialDelay: durationSchema.nullish(),
  period: durationSchema.nullish(),
  timeout: durationSchema.nullish(),
});

export const onlineCodeConfigurationSchema = z.looseObject({
  codeId: z.string().nullish().describe("Id of the code version that holds the scoring script."),
  scoringScript: z.string().min(1).describe("Path of the script with init() and run(), inside the code."),
});

export const scaleSettingsSchema = z.looseObject({
  scaleType: z.enum(["Default", "TargetUtilization"]),
});

export const onlineDeploymentPropertiesSchema = z.looseObject({
  endpointComputeType: z.enum(["Managed", "Kubernetes", "AzureMLCompute"]).default("Managed"),
  model: z.string().nullish().describe("Id of the model version to serve."),
  modelMountPath: z.string().nullish().describe("Folder in the container under which the model appears."),
  codeConfiguration: onlineCodeConfigurationSchema.nullish().describe("Absent for MLflow models."),
  environmentId: z.string().nullish().describe("Id of the environment version; absent for MLflow models."),
  environmentVariables: z.record(z.string(), z.string().nullable()).nullish(),
  description: z.string().nullish(),
  properties: stringMapSchema.nullish(),
  instanceType: z.string().nullish().describe("Machine size, as 'Standard_DS3_v2'."),
  appInsightsEnabled: z.boolean().nullish(),
  egressPublicNetworkAccess: azureWord(["Enabled", "Disabled"]).nullish(),
  privateNetworkConnection: z.boolean().nullish(),
  scaleSettings: scaleSettingsSchema.nullish(),
  requestSettings: requestSettingsSchema.nullish(),
  livenessProbe: probeSettingsSchema.nullish(),
  readinessProbe: probeSettingsSchema.nullish(),
  startupProbe: probeSettingsSchema.nullish(),
  dataCollector: z.looseObject({}).nullish(),
  containerResourceRequirements: z.looseObject({}).nullish(),
});

/** `sku` of a deployment; its capacity is the number of instances. */
export const deploymentSkuSchema = z.looseObject({
  name: z.string().default("Default"),
  capacity: z.number().int().min(0).max(500).default(1),
});

export const onlineDeploymentType = defineResourceType({
  type: "workspaces/onlineEndpoints/deployments",
  noun: "online-deployment",
  properties: onlineDeploymentPropertiesSchema,
  example: {
    location: "local",
    sku: { name: "Default", capacity: 1 },
    properties: {
      endpointComputeType: "Managed",
      model:
        "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lazuli/providers/Microsoft.MachineLearningServices/workspaces/main/models/iris/versions/1",
      instanceType: "Standard_DS3_v2",
      requestSettings: { maxConcurrentRequestsPerInstance: 4, requestTimeout: "PT30S" },
    },
  },
  longRunning: true,
  actions: [
    { name: "getLogs", longRunning: false, description: "Shows the end of the deployment's log." },
    { name: "skus", longRunning: false, description: "Lists how many instances the deployment may have." },
  ],
});

/** Containers whose log `getLogs` shows. */
export const LOG_CONTAINERS = ["InferenceServer", "StorageInitializer", "ModelDataCollector"] as const;

/** Body of `getLogs`; `tail` counts lines. */
export const deploymentLogsRequestSchema = z.looseObject({
  containerType: z.enum(LOG_CONTAINERS).nullish(),
  tail: z.number().int().min(0).nullish(),
});

export type OnlineDeploymentProperties = z.infer<typeof onlineDeploymentPropertiesSchema>;
export type RequestSettings = z.infer<typeof requestSettingsSchema>;
