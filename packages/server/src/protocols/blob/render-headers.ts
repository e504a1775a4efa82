import type { BlobProperties } from "../../blobs/blob-store.ts";

/** `ETag` and `Last-Modified`, which every answer about a blob or container has. */
export function renderVersion(target: { readonly etag: string; readonly modifiedAt: number }): Record<string, string> {
  return { etag: target.etag, "last-modified": renderDate(target.modifiedAt) };
}

export function renderDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

export function renderMetadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]));
}

/** All that describes a blob, for GET and HEAD, except length and range. */
export function renderBlobHeaders(blob: BlobProperties): Record<string, string> {
  return {
    ...renderVersion(blob),
    ...renderMetadataHeaders(blob.metadata),
    "content-type": blob.contentType,
    ...(blob.contentEncoding !== undefined && { "content-encoding": blob.contentEncoding }),
    ...(blob.contentLanguage !== undefined && { "content-language": blob.contentLanguage }),
    ...(blob.contentDisposition !== undefined && { "content-disposition": blob.contentDisposition }),
    ...(blob.cacheControl !== undefined && { "cache-control": blob.cacheControl }),
    "accept-ranges": "bytes",
    "x-ms-blob-type": blob.kind,
    "x-ms-creation-time": renderDate(blob.createdAt),
    "x-ms-lease-status": "unlocked",
    "x-ms-lease-state": "available",
    "x-ms-server-encrypted": "false",
    "x-ms-access-tier": "Hot",
    "x-ms-access-tier-inferred": "true",
    ...(blob.kind === "AppendBlob" && { "x-ms-blob-committed-block-count": String(blob.blockCount) }),
    // Blobs share their origin with Studio: what a browser opens must not act in its name.
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  };
}
