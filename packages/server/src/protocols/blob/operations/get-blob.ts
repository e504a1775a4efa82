import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkReadConditions } from "../../../blobs/blob-conditions.ts";
import type { BlobProperties } from "../../../blobs/blob-store.ts";
import { parseConditions } from "../parse-headers.ts";
import { applyRange, parseRange } from "../parse-range.ts";
import { renderBlobHeaders } from "../render-headers.ts";
import { getBlobAddress } from "../request-target.ts";
import { findHeader, type StorageRequest } from "../storage-request.ts";
import type { OperationContext, StorageOperation, StorageReply } from "../storage-operation.ts";

/** Largest range whose MD5 is computed for `x-ms-range-get-content-md5`. */
const RANGE_MD5_BYTES_MAX = 4 * 1024 * 1024;

const READ = { access: "read", serviceSas: "r", accountSas: "r", resourceType: "o" } as const;

export const getBlob: StorageOperation = {
  ...READ,
  name: "GetBlob",
  async run(request, context) {
    const conditions = parseConditions(request);
    const range = parseRange(request);
    let chosen: { readonly start: number; readonly end: number } | undefined;
    const { properties, content } = await context.blobs.openBlob(getBlobAddress(request), (blob) => {
      if (checkReadConditions(blob, conditions) === "notModified") return undefined;
      chosen = range === undefined ? { start: 0, end: blob.sizeBytes } : applyRange(range, blob.sizeBytes);
      return chosen;
    });
    if (content === undefined || chosen === undefined) return notModified(properties);
    const headers = renderHeaders(properties, context);
    if (range === undefined) {
      const md5 = properties.contentMd5 === undefined ? {} : { "content-md5": properties.contentMd5 };
      return {
        status: 200,
        headers: { ...headers, ...md5, "content-length": String(properties.sizeBytes) },
        body: content,
      };
    }
    return renderRange(request, headers, { properties, content, chosen });
  },
};

/** HEAD: everything but the content. */
export const getBlobProperties: StorageOperation = {
  ...READ,
  name: "GetBlobProperties",
  async run(request, context) {
    const properties = await context.blobs.get(getBlobAddress(request));
    if (checkReadConditions(properties, parseConditions(request)) === "notModified") return notModified(properties);
    const headers = {
      ...renderHeaders(properties, context),
      ...(properties.contentMd5 !== undefined && { "content-md5": properties.contentMd5 }),
      "content-length": String(properties.sizeBytes),
    };
    return { status: 200, headers };
  },
};

function renderHeaders(properties: BlobProperties, context: OperationContext): Record<string, string> {
  const replyHeaders = context.grant.kind === "sas" ? context.grant.replyHeaders : {};
  return { ...renderBlobHeaders(properties), ...replyHeaders };
}

async function renderRange(
  request: StorageRequest,
  headers: Readonly<Record<string, string>>,
  part: {
    readonly properties: BlobProperties;
    readonly content: Buffer | Readable;
    readonly chosen: { readonly start: number; readonly end: number };
  },
): Promise<StorageReply> {
  const { properties, chosen } = part;
  const sizeBytes = chosen.end - chosen.start;
  const isMd5Wanted = findHeader(request, "x-ms-range-get-content-md5")?.toLowerCase() === "true";
  if (isMd5Wanted && sizeBytes > RANGE_MD5_BYTES_MAX) {
    if (!Buffer.isBuffer(part.content)) part.content.destroy();
    throw new PlatformError("BadRequest", `An MD5 is computed for ranges up to ${RANGE_MD5_BYTES_MAX} bytes.`, {
      azureCode: "OutOfRangeInput",
    });
  }
  const isStream = !Buffer.isBuffer(part.content);
  const body = isMd5Wanted && isStream ? await buffer(part.content) : part.content;
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(sizeBytes),
      "content-range": `bytes ${chosen.start}-${chosen.end - 1}/${properties.sizeBytes}`,
      ...(properties.contentMd5 !== undefined && { "x-ms-blob-content-md5": properties.contentMd5 }),
      ...(isMd5Wanted && Buffer.isBuffer(body) && { "content-md5": createHash("md5").update(body).digest("base64") }),
    },
    body,
  };
}

function notModified(properties: BlobProperties): StorageReply {
  return { status: 304, headers: { etag: properties.etag, "x-ms-error-code": "ConditionNotMet" } };
}
