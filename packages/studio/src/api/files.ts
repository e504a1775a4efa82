import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { parseFailure } from "./parse-response.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

/** A longer file is shown up to here; the download has all of it. */
export const PREVIEW_SIZE_MAX_BYTES = 512 * 1024;

const listingSchema = z.object({
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  files: z.array(
    z.object({ name: z.string(), path: z.string(), sizeBytes: z.number(), modifiedAt: z.optional(z.number()) }),
  ),
  /** Whether there is more than what is listed. */
  isTruncated: z.boolean(),
});

export type FileListing = z.infer<typeof listingSchema>;
export type FileEntry = FileListing["files"][number];

/** `azureml://…` address of everything that a job wrote: logs, outputs, MLflow artifacts. */
export function runArtifactsUri(runId: string): string {
  return `azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.${runId}/`;
}

export interface FolderQuery {
  /** `azureml://…` address of the root. */
  readonly uri: string;
  /** Path below it: empty, or ending in `/`. */
  readonly path: string;
  readonly refetchMs?: number | false;
}

export function useFolder(query: FolderQuery) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["folder", workspace.id, query.uri, query.path],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ workspace: workspace.id, uri: query.uri, path: query.path });
      return api.json(`/studio/api/files?${search}`, listingSchema, { signal });
    },
    refetchInterval: query.refetchMs ?? false,
  });
}

export function useFileText(uri: string, path: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["file", workspace.id, uri, path],
    queryFn: async ({ signal }) => {
      const response = await api.send(fileUrl({ workspaceId: workspace.id, uri, path }), {
        signal,
        headers: { range: `bytes=0-${PREVIEW_SIZE_MAX_BYTES - 1}` },
      });
      if (response.status === 416) return "";
      if (!response.ok) throw await parseFailure(response);
      return response.text();
    },
  });
}

/** Same-origin address of a file's content; the session's cookie opens it, so a plain link downloads. */
export function fileUrl(file: { workspaceId: string; uri: string; path: string; isDownload?: boolean }): string {
  const search = new URLSearchParams({ workspace: file.workspaceId, uri: file.uri, path: file.path });
  if (file.isDownload === true) search.set("download", "1");
  return `/studio/api/file?${search}`;
}
