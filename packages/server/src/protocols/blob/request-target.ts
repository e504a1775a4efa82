import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobAddress } from "../../blobs/blob-store.ts";
import type { ContainerAddress } from "../../blobs/blob-engine.ts";
import type { StorageRequest } from "./storage-request.ts";

export function getContainerName(request: StorageRequest): string {
  if (request.container !== undefined) return request.container;
  throw new PlatformError("BadRequest", "The URL names no container.", { azureCode: "InvalidUri" });
}

export function getContainerAddress(request: StorageRequest): ContainerAddress {
  return { account: request.account, container: getContainerName(request) };
}

export function getBlobAddress(request: StorageRequest): BlobAddress {
  if (request.name !== undefined) return { ...getContainerAddress(request), name: request.name };
  throw new PlatformError("BadRequest", "The URL names no blob.", { azureCode: "InvalidUri" });
}
