import { randomUUID } from "node:crypto";

import { toHeaderColumns, renderMetadata } from "../../../blobs/blob-rows.ts";
import type { CopyRequest } from "../../../blobs/copy-blob.ts";
import { openCopySource } from "../copy-source.ts";
import { isLimitedToCreate } from "../grant.ts";
import { parseBlobHeaders, parseConditions, parseMetadata } from "../parse-headers.ts";
import { renderVersion } from "../render-headers.ts";
import { getBlobAddress } from "../request-target.ts";
import { findHeader, type StorageRequest } from "../storage-request.ts";
import type { StorageOperation } from "../storage-operation.ts";
import { getBlockId } from "./block-operations.ts";

const WRITE = { access: "write", serviceSas: "cw", accountSas: "cw", resourceType: "o" } as const;

/** Copy Blob, Copy Blob From URL and Put Blob From URL; here all of them are done when they are answered. */
export const copyBlob: StorageOperation = {
  ...WRITE,
  name: "CopyBlob",
  async run(request, context) {
    const isPut = findHeader(request, "x-ms-blob-type") !== undefined;
    const copy: CopyRequest = {
      source: await openCopySource(request, context),
      sourceConditions: parseConditions(request, "x-ms-source-"),
      conditions: {
        ...parseConditions(request),
        ...(isLimitedToCreate(context.grant) && { ifNoneMatch: "*" }),
      },
      changes: parseChanges(request, isPut),
    };
    const blob = await context.blobs.copy(getBlobAddress(request), copy);
    const status = { "x-ms-copy-id": randomUUID(), "x-ms-copy-status": "success" };
    if (isPut) return { status: 201, headers: { ...renderVersion(blob), "x-ms-request-server-encrypted": "false" } };
    return { status: 202, headers: { ...renderVersion(blob), ...status } };
  },
};

export const putBlockFromUrl: StorageOperation = {
  ...WRITE,
  name: "PutBlockFromURL",
  async run(request, context) {
    const source = await openCopySource(request, context);
    const range = parseSourceRange(request);
    const md5 = await context.blobs.putBlock(getBlobAddress(request), {
      id: getBlockId(request),
      content: await context.blobs.read(source, range),
    });
    const headers = { "content-md5": md5.toString("base64"), "x-ms-request-server-encrypted": "false" };
    return { status: 201, headers };
  },
};

/** Metadata and headers come from the source unless the request has its own. */
function parseChanges(request: StorageRequest, isPut: boolean): CopyRequest["changes"] {
  const metadata = parseMetadata(request);
  const headers = parseBlobHeaders(request);
  const hasHeaders = isPut && Object.keys(headers).length > 0;
  return {
    ...(Object.keys(metadata).length > 0 && { metadata: renderMetadata(metadata) }),
    ...(hasHeaders && toHeaderColumns(headers)),
  };
}

function parseSourceRange(request: StorageRequest): { start: number; end?: number } | undefined {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(findHeader(request, "x-ms-source-range") ?? "");
  if (match === null) return undefined;
  const start = Number(match[1]);
  return match[2] === "" ? { start } : { start, end: Number(match[2]) + 1 };
}
