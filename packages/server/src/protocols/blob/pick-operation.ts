import { PlatformError } from "@lazuli/contract/errors.ts";

import { appendBlock } from "./operations/append-block.ts";
import { getBlockList, putBlock, putBlockList } from "./operations/block-operations.ts";
import {
  createContainer,
  deleteContainer,
  getContainerAcl,
  getContainerProperties,
  setContainerMetadata,
} from "./operations/container-operations.ts";
import { copyBlob, putBlockFromUrl } from "./operations/copy-blob.ts";
import { getBlob, getBlobProperties } from "./operations/get-blob.ts";
import { listBlobs } from "./operations/list-blobs.ts";
import { listContainers } from "./operations/list-containers.ts";
import { putBlob } from "./operations/put-blob.ts";
import { getAccountInformation, getServiceProperties } from "./operations/service-properties.ts";
import { deleteBlob, getBlobMetadata, setBlobMetadata, setBlobProperties } from "./operations/set-blob.ts";
import type { StorageOperation } from "./storage-operation.ts";
import { findHeader, type StorageRequest } from "./storage-request.ts";

type Table = Readonly<Record<string, StorageOperation>>;

/** Keys are `<method> <restype>/<comp>`, as the URL's query says it. */
const SERVICE: Table = {
  "GET /list": listContainers,
  "GET service/properties": getServiceProperties,
  "GET account/properties": getAccountInformation,
  "HEAD account/properties": getAccountInformation,
};
const CONTAINER: Table = {
  "PUT container/": createContainer,
  "DELETE container/": deleteContainer,
  "GET container/": getContainerProperties,
  "HEAD container/": getContainerProperties,
  "GET container/metadata": getContainerProperties,
  "HEAD container/metadata": getContainerProperties,
  "PUT container/metadata": setContainerMetadata,
  "GET container/acl": getContainerAcl,
  "HEAD container/acl": getContainerAcl,
  "GET container/list": listBlobs,
  "GET account/properties": getAccountInformation,
  "HEAD account/properties": getAccountInformation,
};
const BLOB: Table = {
  "GET /": getBlob,
  "HEAD /": getBlobProperties,
  "PUT /": putBlob,
  "DELETE /": deleteBlob,
  "PUT /block": putBlock,
  "PUT /blocklist": putBlockList,
  "GET /blocklist": getBlockList,
  "PUT /appendblock": appendBlock,
  "PUT /metadata": setBlobMetadata,
  "GET /metadata": getBlobMetadata,
  "HEAD /metadata": getBlobMetadata,
  "PUT /properties": setBlobProperties,
  "GET account/properties": getAccountInformation,
  "HEAD account/properties": getAccountInformation,
};
const FROM_URL: Table = { "PUT /": copyBlob, "PUT /block": putBlockFromUrl };

/** Throws `BadRequest` for what the blob service does not know, `Unsupported` for what this one does not do. */
export function pickOperation(request: StorageRequest): StorageOperation {
  const { query } = request;
  const key = `${request.method} ${query.get("restype") ?? ""}/${query.get("comp") ?? ""}`;
  const operation = pickTable(request)[key];
  if (operation !== undefined) return operation;
  throw new PlatformError("Unsupported", `The blob service has no operation for '${key.trim()}' here.`, {
    azureCode: "UnsupportedQueryParameter",
  });
}

function pickTable(request: StorageRequest): Table {
  if (request.container === undefined) return SERVICE;
  if (request.name === undefined) return CONTAINER;
  const isCopy = request.method === "PUT" && findHeader(request, "x-ms-copy-source") !== undefined;
  return isCopy ? FROM_URL : BLOB;
}
