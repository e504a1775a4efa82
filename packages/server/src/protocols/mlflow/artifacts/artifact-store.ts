import type { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobAddress, BlobProperties, BlobStore } from "../../../blobs/blob-store.ts";
import { ARTIFACT_CONTAINER } from "../../../engine/workspaces/workspace-storage.ts";
import type { WorkspaceScope } from "../operation.ts";
import { CONTAINERS_FOLDER, parseArtifactPath, type ArtifactPath } from "./artifact-path.ts";

/** Files and folders that one listing or delete takes. */
const FILES_PER_LISTING_MAX = 50_000;
const FILES_PER_PAGE = 1_000;

export interface ArtifactFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

interface ArtifactServices extends WorkspaceScope {
  readonly blobs: BlobStore;
}

/** Files and folders directly in `root/path`, named relative to `root`. */
export async function listFolder(
  services: ArtifactServices,
  root: ArtifactPath,
  path: string,
): Promise<ArtifactFile[]> {
  const below = parseArtifactPath(path.replace(/\/+$/, ""));
  const folder = [...root, ...below];
  const address = locate(services, folder);
  const prefix = address.name === "" ? "" : `${address.name}/`;
  const relative = (name: string) => [...below, name.slice(prefix.length).replace(/\/$/, "")].join("/");
  const files: ArtifactFile[] = [];
  let after: string | undefined;
  do {
    const page = await services.blobs.list({
      account: address.account,
      container: address.container,
      prefix,
      delimiter: "/",
      limit: FILES_PER_PAGE,
      ...(after !== undefined && { after }),
    });
    files.push(...page.prefixes.map((name) => ({ path: relative(name), is_dir: true })));
    files.push(...page.blobs.map((blob) => ({ path: relative(blob.name), is_dir: false, file_size: blob.sizeBytes })));
    after = page.next;
  } while (after !== undefined && files.length < FILES_PER_LISTING_MAX);
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Throws `NotFound`. */
export async function readArtifact(
  services: ArtifactServices,
  path: ArtifactPath,
): Promise<{ readonly properties: BlobProperties; readonly content: Readable }> {
  const address = locate(services, path);
  const properties = await services.blobs.find(address);
  if (properties === undefined) {
    throw new PlatformError("NotFound", `No such artifact: '${path.join("/")}'`, { target: "path" });
  }
  return { properties, content: await services.blobs.read(address) };
}

export async function writeArtifact(services: ArtifactServices, path: ArtifactPath, content: Readable): Promise<void> {
  const address = locateWritable(services, path);
  await services.blobs.ensureAccount(address.account);
  await services.blobs.ensureContainer(address.account, address.container);
  await services.blobs.put(address, content, { contentType: "application/octet-stream" });
}

/** Removes a file, or a folder with all in it. What does not exist is removed already. */
export async function removeArtifact(services: ArtifactServices, path: ArtifactPath): Promise<void> {
  const address = locateWritable(services, path);
  if (await services.blobs.remove(address)) return;
  for (let removed = 0; removed < FILES_PER_LISTING_MAX;) {
    const page = await services.blobs.list({
      account: address.account,
      container: address.container,
      prefix: `${address.name}/`,
      limit: FILES_PER_PAGE,
    });
    if (page.blobs.length === 0) return;
    for (const blob of page.blobs) await services.blobs.remove({ ...address, name: blob.name });
    removed += page.blobs.length;
  }
}

/** Text of a small file; `undefined` when there is none or it is larger. */
export async function findText(
  services: ArtifactServices,
  path: ArtifactPath,
  bytesMax: number,
): Promise<string | undefined> {
  const address = locate(services, path);
  const properties = await services.blobs.find(address);
  if (properties === undefined || properties.sizeBytes > bytesMax) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of await services.blobs.read(address)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function locateWritable(services: ArtifactServices, path: ArtifactPath): BlobAddress {
  if (path.length >= 2 && path[0] !== CONTAINERS_FOLDER) return locate(services, path);
  throw new PlatformError("BadRequest", `Invalid path: '${path.join("/")}' cannot be written here.`, {
    target: "path",
  });
}

function locate({ account }: ArtifactServices, path: ArtifactPath): BlobAddress {
  const [first, container, ...rest] = path;
  if (first === CONTAINERS_FOLDER && container !== undefined) return { account, container, name: rest.join("/") };
  return { account, container: ARTIFACT_CONTAINER, name: path.join("/") };
}
