import { PlatformError } from "@lazuli/contract/errors.ts";
import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";

import { encodePath, type DataLocation } from "./data-locator.ts";

/** Data as a task receives it: a URL, and the files themselves where they lie on this machine. */
export interface StagedData {
  /** A folder's URL ends in `/`. */
  readonly url: string;
  readonly isFolder: boolean;
  /** Relative name to absolute path of the immutable content. */
  readonly localFiles?: Readonly<Record<string, string>>;
}

/** What staging asks of the blob store, told here because the engine lies below it. */
export interface BlobFiles {
  find(address: BlobPlace): Promise<{ readonly metadata: Readonly<Record<string, string>> } | undefined>;
  list(query: {
    readonly account: string;
    readonly container: string;
    readonly prefix: string;
    readonly limit: number;
    readonly after?: string;
  }): Promise<{
    readonly blobs: readonly { readonly name: string; readonly metadata: Readonly<Record<string, string>> }[];
    readonly next: string | undefined;
  }>;
  localPath(address: BlobPlace): Promise<string | undefined>;
}

interface BlobPlace {
  readonly account: string;
  readonly container: string;
  readonly name: string;
}

/** Files handed over by path; a larger folder is downloaded by the node. */
const LOCAL_FILES_MAX = 20_000;
const PAGE_SIZE = 5_000;

/**
 * Finds out whether a location is a file or a folder and lists its files.
 *
 * @param serverUrl Base under which the task reaches our storage, without a final slash.
 * Throws `NotFound` when nothing of ours lies there.
 */
export async function stageData(
  location: DataLocation,
  context: { blobs: BlobFiles; serverUrl: string },
): Promise<StagedData> {
  if (location.kind === "url") return { url: location.url, isFolder: location.url.endsWith("/") };
  if (location.kind === "file") return { url: `file://${location.path}`, isFolder: location.path.endsWith("/") };
  const { account, container, path } = location;
  const url = blobUrl(location, context.serverUrl);
  const blob =
    path === "" || path.endsWith("/") ? undefined : await context.blobs.find({ account, container, name: path });
  if (blob !== undefined && blob.metadata["hdi_isfolder"] !== "true") {
    const local = await context.blobs.localPath({ account, container, name: path });
    const name = path.slice(path.lastIndexOf("/") + 1);
    return { url, isFolder: false, ...(local !== undefined && { localFiles: { [name]: local } }) };
  }
  const prefix = path === "" || path.endsWith("/") ? path : `${path}/`;
  const localFiles = await listLocalFiles({ account, container, prefix }, context.blobs);
  return { url: url.endsWith("/") ? url : `${url}/`, isFolder: true, ...(localFiles !== undefined && { localFiles }) };
}

/** URL of a blob or folder of ours. */
export function blobUrl(location: DataLocation & { kind: "blob" }, serverUrl: string): string {
  const { account, container, path } = location;
  return `${serverUrl}/${account}.blob.${STORAGE_SUFFIX}/${container}/${encodePath(path)}`;
}

async function listLocalFiles(
  folder: { account: string; container: string; prefix: string },
  blobs: BlobFiles,
): Promise<Record<string, string> | undefined> {
  const files: Record<string, string> = {};
  let after: string | undefined;
  let count = 0;
  let isComplete = true;
  do {
    const page = await blobs.list({ ...folder, limit: PAGE_SIZE, ...(after !== undefined && { after }) });
    for (const blob of page.blobs) {
      if (blob.metadata["hdi_isfolder"] === "true" || blob.name === folder.prefix) continue;
      count += 1;
      const local = await blobs.localPath({ ...folder, name: blob.name });
      if (local === undefined) isComplete = false;
      else files[blob.name.slice(folder.prefix.length)] = local;
    }
    after = page.next;
  } while (after !== undefined && count <= LOCAL_FILES_MAX && isComplete);
  if (count === 0) {
    const place = `${folder.container}/${folder.prefix}`;
    throw new PlatformError(
      "NotFound",
      `Nothing is stored under '${place}'. Check the path, or upload the data first.`,
    );
  }
  return isComplete && count <= LOCAL_FILES_MAX ? files : undefined;
}
