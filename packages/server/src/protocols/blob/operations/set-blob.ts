import { blobNotFound } from "../../../blobs/blob-rows.ts";
import { checkReadConditions } from "../../../blobs/blob-conditions.ts";
import { parseBlobHeaders, parseConditions, parseMetadata } from "../parse-headers.ts";
import { renderMetadataHeaders, renderVersion } from "../render-headers.ts";
import { getBlobAddress } from "../request-target.ts";
import type { StorageOperation } from "../storage-operation.ts";

const WRITE = { access: "write", serviceSas: "w", accountSas: "w", resourceType: "o" } as const;

export const setBlobMetadata: StorageOperation = {
  ...WRITE,
  name: "SetBlobMetadata",
  async run(request, { blobs }) {
    const options = { ...parseConditions(request), metadata: parseMetadata(request) };
    const blob = await blobs.setMetadata(getBlobAddress(request), options);
    return { status: 200, headers: { ...renderVersion(blob), "x-ms-request-server-encrypted": "false" } };
  },
};

export const setBlobProperties: StorageOperation = {
  ...WRITE,
  name: "SetBlobProperties",
  async run(request, { blobs }) {
    const options = { ...parseConditions(request), ...parseBlobHeaders(request) };
    return { status: 200, headers: renderVersion(await blobs.setHeaders(getBlobAddress(request), options)) };
  },
};

export const getBlobMetadata: StorageOperation = {
  name: "GetBlobMetadata",
  access: "read",
  serviceSas: "r",
  accountSas: "r",
  resourceType: "o",
  async run(request, { blobs }) {
    const blob = await blobs.get(getBlobAddress(request));
    const isMet = checkReadConditions(blob, parseConditions(request)) === "met";
    if (!isMet) return { status: 304, headers: { "x-ms-error-code": "ConditionNotMet" } };
    return { status: 200, headers: { ...renderVersion(blob), ...renderMetadataHeaders(blob.metadata) } };
  },
};

export const deleteBlob: StorageOperation = {
  name: "DeleteBlob",
  access: "delete",
  serviceSas: "d",
  accountSas: "d",
  resourceType: "o",
  async run(request, { blobs }) {
    const address = getBlobAddress(request);
    const isDeleted = await blobs.delete(address, parseConditions(request));
    if (!isDeleted) throw blobNotFound(address);
    return { status: 202, headers: { "x-ms-delete-type-permanent": "true" } };
  },
};
