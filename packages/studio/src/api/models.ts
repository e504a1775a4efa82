import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, armSchema, listAll } from "./arm.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

const containerSchema = armSchema(
  z.looseObject({
    description: z.nullish(z.string()),
    latestVersion: z.nullish(z.string()),
    nextVersion: z.nullish(z.string()),
    tags: z.nullish(z.record(z.string(), z.string())),
    isArchived: z.nullish(z.boolean()),
  }),
);

const versionSchema = armSchema(
  z.looseObject({
    modelType: z.nullish(z.string()),
    modelUri: z.nullish(z.string()),
    description: z.nullish(z.string()),
    jobName: z.nullish(z.string()),
    stage: z.nullish(z.string()),
    flavors: z.nullish(z.record(z.string(), z.unknown())),
    tags: z.nullish(z.record(z.string(), z.string())),
    properties: z.nullish(z.record(z.string(), z.unknown())),
    isArchived: z.nullish(z.boolean()),
  }),
);

export type ModelContainer = z.infer<typeof containerSchema>;
export type ModelVersion = z.infer<typeof versionSchema>;

export function useModels() {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["models", workspace.id],
    queryFn: ({ signal }) => listAll(api, containerSchema, { path: armPath(`${workspace.id}/models`), signal }),
  });
}

/** Newest version first. */
export function useModelVersions(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["model-versions", workspace.id, name],
    queryFn: async ({ signal }) => {
      const path = armPath(`${workspace.id}/models/${name}/versions`);
      const versions = await listAll(api, versionSchema, { path, signal });
      return versions.toSorted((a, b) => b.name.localeCompare(a.name, "en", { numeric: true }));
    },
  });
}

/** Name of the job that a version came from; empty where it came from elsewhere. */
export function modelJob({ properties }: ModelVersion): string {
  if (properties.jobName !== null && properties.jobName !== undefined) return properties.jobName;
  const uri = properties.modelUri ?? "";
  return /^(?:azureml:\/\/jobs\/|runs:\/)([^/]+)/.exec(uri)?.[1] ?? /\/dcid\.([^/]+)/.exec(uri)?.[1] ?? "";
}
