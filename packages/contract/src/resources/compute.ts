import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";
import { azureWord } from "../shared/azure-word.ts";

export const COMPUTE_TYPES = [
  "AmlCompute",
  "ComputeInstance",
  "Kubernetes",
  "VirtualMachine",
  "SynapseSpark",
  "AKS",
  "HDInsight",
  "DataFactory",
  "Databricks",
  "DataLakeAnalytics",
] as const;

const computeBase = {
  computeLocation: z.string().nullish().describe("Where the machines stand."),
  description: z.string().nullish().describe("What the compute is for."),
  resourceId: z.string().nullish().describe("Id of an attached resource."),
  disableLocalAuth: z.boolean().nullish(),
};

export const scaleSettingsSchema = z.looseObject({
  minNodeCount: z.number().int().min(0).nullish().describe("Nodes kept even when idle; 0 when left out."),
  maxNodeCount: z.number().int().min(1).describe("Most nodes at one time."),
  nodeIdleTimeBeforeScaleDown: z.string().nullish().describe("How long a node stays idle, as 'PT120S'."),
});

/** A pool of nodes that grows with its queue. */
export const amlComputeSchema = z.looseObject({
  ...computeBase,
  computeType: z.literal("AmlCompute"),
  properties: z
    .looseObject({
      vmSize: z.string().nullish().describe("Size of a node; recorded, the machine's own resources are used."),
      vmPriority: azureWord(["Dedicated", "LowPriority"])
        .nullish()
        .describe("Jobs of low-priority nodes give way to others and begin anew."),
      scaleSettings: scaleSettingsSchema.nullish(),
      osType: z.string().nullish(),
    })
    .nullish(),
});

/** One node that a person starts and stops. */
export const computeInstanceSchema = z.looseObject({
  ...computeBase,
  computeType: z.literal("ComputeInstance"),
  properties: z
    .looseObject({
      vmSize: z.string().nullish(),
      idleTimeBeforeShutdown: z.string().nullish().describe("Idle time after which it stops, as 'PT30M'."),
    })
    .nullish(),
});

/** Kinds of compute that are known and refused for now, with a sentence that says so. */
const laterComputeSchema = z.looseObject({
  ...computeBase,
  computeType: z.enum(COMPUTE_TYPES).exclude(["AmlCompute", "ComputeInstance"]),
});

export const computePropertiesSchema = z.discriminatedUnion("computeType", [
  amlComputeSchema,
  computeInstanceSchema,
  laterComputeSchema,
]);

export type ComputeProperties = z.infer<typeof computePropertiesSchema>;

export const computeType = defineResourceType({
  type: "workspaces/computes",
  noun: "compute",
  properties: computePropertiesSchema,
  longRunning: true,
  example: {
    location: "local",
    properties: {
      computeType: "AmlCompute",
      properties: {
        vmSize: "Standard_DS3_v2",
        scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" },
      },
    },
  },
  actions: [
    { name: "start", longRunning: true, description: "Starts a compute instance." },
    { name: "stop", longRunning: true, description: "Stops a compute instance." },
    { name: "restart", longRunning: true, description: "Stops and starts a compute instance." },
    { name: "listNodes", longRunning: false, description: "Lists the nodes and what they do." },
    { name: "preempt", longRunning: false, description: "Takes nodes from the jobs of a low-priority cluster." },
  ],
});
