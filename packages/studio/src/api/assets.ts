import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, armSchema, listAll } from "./arm.ts";
import { useApi, useSignedIn, useWorkspace } from "./workspace-context.tsx";

const containerSchema = armSchema(
  z.looseObject({
    description: z.nullish(z.string()),
    latestVersion: z.nullish(z.string()),
    dataType: z.nullish(z.string()),
    isArchived: z.nullish(z.boolean()),
  }),
);

const dataVersionSchema = armSchema(
  z.looseObject({
    dataType: z.nullish(z.string()),
    dataUri: z.nullish(z.string()),
    description: z.nullish(z.string()),
  }),
);

const environmentVersionSchema = armSchema(
  z.looseObject({
    image: z.nullish(z.string()),
    condaFile: z.nullish(z.string()),
    description: z.nullish(z.string()),
    environmentType: z.nullish(z.string()),
    osType: z.nullish(z.string()),
  }),
);

export type AssetContainer = z.infer<typeof containerSchema>;
export type DataVersion = z.infer<typeof dataVersionSchema>;
export type EnvironmentVersion = z.infer<typeof environmentVersionSchema>;

export function useDataAssets() {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["data", workspace.id],
    queryFn: ({ signal }) => listAll(api, containerSchema, { path: armPath(`${workspace.id}/data`), signal }),
  });
}

export function useDataVersions(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["data-versions", workspace.id, name],
    queryFn: async ({ signal }) => {
      const path = armPath(`${workspace.id}/data/${name}/versions`);
      return newestFirst(await listAll(api, dataVersionSchema, { path, signal }));
    },
  });
}

/** The workspace's own environments and those of the registries, each with the id of where it lives. */
export function useEnvironments() {
  const { api, session } = useSignedIn();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["environments", workspace.id],
    queryFn: async ({ signal }) => {
      const roots = [workspace.id, ...session.registries];
      const lists = roots.map(async (root) => {
        const rows = await listAll(api, containerSchema, { path: armPath(`${root}/environments`), signal });
        // A registry's assets call themselves `azureml://…`; the list says where they are.
        return rows.map((row) => ({
          ...row,
          id: `${root}/environments/${row.name}`,
          isCurated: root !== workspace.id,
        }));
      });
      return (await Promise.all(lists)).flat();
    },
  });
}

/** @param containerId ARM id; `undefined` until it is known. */
export function useEnvironmentVersions(containerId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ["environment-versions", containerId],
    enabled: containerId !== undefined,
    queryFn: async ({ signal }) =>
      newestFirst(
        await listAll(api, environmentVersionSchema, { path: armPath(`${containerId ?? ""}/versions`), signal }),
      ),
  });
}

function newestFirst<Row extends { name: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => b.name.localeCompare(a.name, "en", { numeric: true }));
}
