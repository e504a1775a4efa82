import { PlatformError } from "@lazuli/contract/errors.ts";

import type { PutBlobOptions } from "../../../blobs/blob-store.ts";
import { PUT_BLOB_BYTES_MAX } from "../../../blobs/storage-limits.ts";
import { isLimitedToCreate } from "../grant.ts";
import { parseBlobHeaders, parseConditions, parseMd5, parseMetadata } from "../parse-headers.ts";
import { renderVersion } from "../render-headers.ts";
import { openBody } from "../request-body.ts";
import { getBlobAddress } from "../request-target.ts";
import { findHeader, type StorageRequest } from "../storage-request.ts";
import type { OperationContext, StorageOperation } from "../storage-operation.ts";

/** Headers of the request itself that describe the blob where no `x-ms-blob-…` does. */
const PLAIN_HEADERS = {
  contentType: "content-type",
  contentEncoding: "content-encoding",
  contentLanguage: "content-language",
  cacheControl: "cache-control",
} as const;

export const putBlob: StorageOperation = {
  name: "PutBlob",
  access: "write",
  serviceSas: "cw",
  accountSas: "cw",
  resourceType: "o",
  async run(request, context) {
    const address = getBlobAddress(request);
    const options = parsePutOptions(request, context);
    const kind = findHeader(request, "x-ms-blob-type");
    if (kind === "AppendBlob") {
      const blob = await context.blobs.createAppendBlob(address, options);
      return { status: 201, headers: { ...renderVersion(blob), "x-ms-request-server-encrypted": "false" } };
    }
    if (kind !== "BlockBlob") throw unknownKind(kind);
    const transferMd5 = parseMd5(request, "content-md5");
    const expected = transferMd5 === undefined ? options : { ...options, contentMd5: transferMd5 };
    const blob = await context.blobs.putContent(address, openBody(request, PUT_BLOB_BYTES_MAX), expected);
    const headers = {
      ...renderVersion(blob),
      ...(blob.contentMd5 !== undefined && { "content-md5": blob.contentMd5 }),
      "x-ms-request-server-encrypted": "false",
    };
    return { status: 201, headers };
  },
};

/** What a new blob is made with: headers, metadata, conditions. */
export function parsePutOptions(request: StorageRequest, context: OperationContext): PutBlobOptions {
  const plain = Object.entries(PLAIN_HEADERS).flatMap(([option, header]) => {
    const value = findHeader(request, header);
    return value === undefined ? [] : [[option, value]];
  });
  return {
    ...Object.fromEntries(plain),
    ...parseBlobHeaders(request),
    ...parseConditions(request),
    ...(isLimitedToCreate(context.grant) && { ifNoneMatch: "*" }),
    metadata: parseMetadata(request),
  };
}

function unknownKind(kind: string | undefined): PlatformError {
  const known = "Use BlockBlob or AppendBlob; page blobs are not supported";
  return new PlatformError("BadRequest", `'${kind ?? ""}' is no value for 'x-ms-blob-type'. ${known}.`, {
    azureCode: kind === undefined ? "MissingRequiredHeader" : "InvalidHeaderValue",
  });
}
