import { createHash } from "node:crypto";

import type { DataLocation } from "../data/data-locator.ts";
import type { BlobPlace, ContentBlobs } from "./content-blobs.ts";

/** A file of a place in our storage. */
export interface ListedFile {
  /** Below the folder; of a single file its own name. */
  readonly name: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly place: BlobPlace;
}

/** What lies in a place now, without having been read. */
export interface Listing {
  readonly files: readonly ListedFile[];
  /** The same as long as nothing there is written or removed. */
  readonly signature: string;
}

/** Files that a listing takes in; more are not told apart. */
export const LISTED_FILES_MAX = 200_000;
const PAGE_SIZE = 5_000;

type BlobLocation = DataLocation & { readonly kind: "blob" };

/** Lists a blob or a folder of blobs; `undefined` above {@link LISTED_FILES_MAX}. A place with nothing has no files. */
export async function listContent(location: BlobLocation, blobs: ContentBlobs): Promise<Listing | undefined> {
  const file = await findFile(location, blobs);
  const files = file === undefined ? await listFolder(location, blobs) : [file];
  if (files === undefined) return undefined;
  const hash = createHash("sha256");
  for (const { name, etag } of files) hash.update(`${name}\n${etag}\n`);
  return { files, signature: hash.digest("hex") };
}

async function findFile(location: BlobLocation, blobs: ContentBlobs): Promise<ListedFile | undefined> {
  const { account, container, path } = location;
  if (path === "" || path.endsWith("/")) return undefined;
  const place = { account, container, name: path };
  const blob = await blobs.find(place);
  if (blob === undefined || blob.metadata["hdi_isfolder"] === "true") return undefined;
  return { name: path.slice(path.lastIndexOf("/") + 1), etag: blob.etag, sizeBytes: blob.sizeBytes, place };
}

async function listFolder(location: BlobLocation, blobs: ContentBlobs): Promise<ListedFile[] | undefined> {
  const { account, container, path } = location;
  const prefix = path === "" || path.endsWith("/") ? path : `${path}/`;
  const files: ListedFile[] = [];
  let after: string | undefined;
  do {
    const page = await blobs.list({
      account,
      container,
      prefix,
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    for (const { name, etag, sizeBytes, metadata } of page.blobs) {
      if (metadata["hdi_isfolder"] === "true" || name === prefix) continue;
      files.push({ name: name.slice(prefix.length), etag, sizeBytes, place: { account, container, name } });
    }
    if (files.length > LISTED_FILES_MAX) return undefined;
    after = page.next;
  } while (after !== undefined);
  return files;
}
