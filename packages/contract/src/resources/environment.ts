import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";

const textMap = z.record(z.string(), z.union([z.string(), z.null()]));

const routeSchema = z.looseObject({ path: z.string(), port: z.number().int() });

const assetBase = {
  description: z.string().nullish().describe("What the environment is for."),
  tags: textMap.nullish().describe("Free labels, changeable at any time."),
  properties: textMap.nullish().describe("Free properties."),
  isArchived: z.boolean().nullish().describe("Hides it from lists."),
};

/** All versions of one name. `latestVersion` and `nextVersion` are answered, never set. */
export const environmentContainerSchema = z.looseObject(assetBase);

/** One version: fixed but for description, tags and archiving. */
export const environmentVersionSchema = z.looseObject({
  ...assetBase,
  image: z.string().nullish().describe("Base image; stands for an interpreter of its Python version."),
  condaFile: z.string().nullish().describe("Conda file as text: Python version and packages."),
  build: z
    .looseObject({
      contextUri: z.string().describe("Folder with the Dockerfile, ending in '/'."),
      dockerfilePath: z.string().nullish(),
    })
    .nullish()
    .describe("Docker build context."),
  inferenceConfig: z
    .looseObject({
      livenessRoute: routeSchema.nullish(),
      readinessRoute: routeSchema.nullish(),
      scoringRoute: routeSchema.nullish(),
    })
    .nullish()
    .describe("Where a server in this image answers."),
  osType: z.string().nullish().describe("'Linux' or 'Windows'."),
  isAnonymous: z.boolean().nullish().describe("Made for one job; its version is the hash of its content."),
  stage: z.string().nullish(),
  autoRebuild: z.string().nullish(),
});

export type EnvironmentVersion = z.infer<typeof environmentVersionSchema>;

const containerExample = { properties: { description: "scikit-learn for training" } };

const versionExample = {
  properties: {
    image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04",
    condaFile: "dependencies:\n- python=3.10\n- pip:\n  - scikit-learn==1.5.2\n",
    osType: "Linux",
  },
};

export const environmentType = defineResourceType({
  type: "workspaces/environments",
  noun: "environment",
  shape: "asset",
  properties: environmentContainerSchema,
  example: containerExample,
});

export const environmentVersionType = defineResourceType({
  type: "workspaces/environments/versions",
  noun: "environment",
  shape: "version",
  properties: environmentVersionSchema,
  example: versionExample,
});

export const registryEnvironmentType = defineResourceType({
  type: "registries/environments",
  noun: "environment",
  shape: "asset",
  properties: environmentContainerSchema,
  example: containerExample,
});

export const registryEnvironmentVersionType = defineResourceType({
  type: "registries/environments/versions",
  noun: "environment",
  shape: "version",
  longRunning: true,
  properties: environmentVersionSchema,
  example: versionExample,
});
