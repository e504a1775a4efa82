import { randomBytes } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobContext } from "./blob-context.ts";
import type { BlobRow, BlockRow, ContainerRow } from "./blob-schema.ts";
import type { BlobAddress, BlobProperties, PutBlobOptions } from "./blob-store.ts";
import { BLOB_NAME_LENGTH_MAX } from "./storage-limits.ts";

const ETAG_BYTES = 8;
const ROW_ID_BYTES = 12;

/** Quoted, as on the wire; never the same twice, so a row can be recognised by it. */
export function newEtag(): string {
  return `"0x${randomBytes(ETAG_BYTES).toString("hex").toUpperCase()}"`;
}

export function newRowId(): string {
  return randomBytes(ROW_ID_BYTES).toString("hex");
}

export async function findContainer(
  context: BlobContext,
  account: string,
  container: string,
): Promise<ContainerRow | undefined> {
  const [row] = await context.database.read(context.queries.container(account, container));
  return row;
}

/** Throws `NotFound`. */
export async function getContainer(context: BlobContext, account: string, container: string): Promise<ContainerRow> {
  const row = await findContainer(context, account, container);
  if (row !== undefined) return row;
  throw new PlatformError("NotFound", `Container '${container}' of account '${account}' does not exist.`, {
    azureCode: "ContainerNotFound",
  });
}

export async function findBlobRow(
  context: BlobContext,
  containerId: string,
  name: string,
): Promise<BlobRow | undefined> {
  const [row] = await context.database.read(context.queries.blob(containerId, name));
  return row;
}

export function blobNotFound(address: BlobAddress): PlatformError {
  return new PlatformError("NotFound", `Blob '${address.name}' does not exist in container '${address.container}'.`, {
    azureCode: "BlobNotFound",
  });
}

/** Committed blocks in their order, or uncommitted ones in the order of their arrival. */
export async function listBlocks(
  context: BlobContext,
  blob: { readonly container_id: string; readonly name: string },
  state: BlockRow["state"],
): Promise<BlockRow[]> {
  return context.database.read(
    context.database.sql
      .selectFrom("blocks")
      .selectAll()
      .where("container_id", "=", blob.container_id)
      .where("name", "=", blob.name)
      .where("state", "=", state)
      .orderBy("position"),
  );
}

/** Azure's rule is 1 to 1,024 characters; NUL is refused because no database keeps it. */
export function checkBlobName(name: string): void {
  const length = Array.from(name).length;
  if (length >= 1 && length <= BLOB_NAME_LENGTH_MAX && !name.includes("\0") && name.isWellFormed()) return;
  throw new PlatformError("BadRequest", `A blob's name has 1 to ${BLOB_NAME_LENGTH_MAX} characters and no NUL.`, {
    azureCode: "InvalidResourceName",
  });
}

export type HeaderColumns = Pick<
  BlobRow,
  "content_type" | "content_encoding" | "content_language" | "content_disposition" | "cache_control"
>;

export function toHeaderColumns(options: PutBlobOptions): HeaderColumns {
  return {
    content_type: options.contentType ?? "application/octet-stream",
    content_encoding: options.contentEncoding ?? null,
    content_language: options.contentLanguage ?? null,
    content_disposition: options.contentDisposition ?? null,
    cache_control: options.cacheControl ?? null,
  };
}

export function renderMetadata(metadata: Readonly<Record<string, string>> | undefined): string {
  return JSON.stringify(metadata ?? {});
}

/** Our own column, written by {@link renderMetadata}. */
export function parseMetadata(text: string): Record<string, string> {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null) return {};
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
}

export function toBlobProperties(row: BlobRow, container: string): BlobProperties {
  return {
    container,
    name: row.name,
    kind: row.kind,
    sizeBytes: row.size_bytes,
    etag: row.etag,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    contentType: row.content_type,
    contentMd5: row.content_md5 ?? undefined,
    contentEncoding: row.content_encoding ?? undefined,
    contentLanguage: row.content_language ?? undefined,
    contentDisposition: row.content_disposition ?? undefined,
    cacheControl: row.cache_control ?? undefined,
    metadata: parseMetadata(row.metadata),
    blockCount: row.block_count,
  };
}
