import { PlatformError } from "@lazuli/contract/errors.ts";

import { parseConditions, parseMetadata } from "../parse-headers.ts";
import { renderMetadataHeaders, renderVersion } from "../render-headers.ts";
import { getContainerAddress } from "../request-target.ts";
import { findHeader } from "../storage-request.ts";
import type { StorageOperation } from "../storage-operation.ts";
import { renderXml } from "../storage-xml.ts";

const MANAGE = { access: "manage", serviceSas: "", resourceType: "c" } as const;

export const createContainer: StorageOperation = {
  ...MANAGE,
  name: "CreateContainer",
  accountSas: "cw",
  async run(request, { blobs }) {
    if (findHeader(request, "x-ms-blob-public-access") !== undefined) {
      throw new PlatformError("Conflict", "Public access is not permitted on this storage account.", {
        azureCode: "PublicAccessNotPermitted",
      });
    }
    const container = await blobs.createContainer(getContainerAddress(request), parseMetadata(request));
    return { status: 201, headers: renderVersion(container) };
  },
};

export const deleteContainer: StorageOperation = {
  ...MANAGE,
  name: "DeleteContainer",
  accountSas: "d",
  async run(request, { blobs }) {
    await blobs.deleteContainer(getContainerAddress(request), parseConditions(request));
    return { status: 202, headers: {} };
  },
};

export const setContainerMetadata: StorageOperation = {
  ...MANAGE,
  name: "SetContainerMetadata",
  accountSas: "w",
  async run(request, { blobs }) {
    const options = { ...parseConditions(request), metadata: parseMetadata(request) };
    const container = await blobs.setContainerMetadata(getContainerAddress(request), options);
    return { status: 200, headers: renderVersion(container) };
  },
};

/** Also answers `comp=metadata`, which asks for a part of it. */
export const getContainerProperties: StorageOperation = {
  name: "GetContainerProperties",
  access: "read",
  serviceSas: "",
  accountSas: "r",
  resourceType: "c",
  async run(request, { blobs }) {
    const container = await blobs.getContainer(getContainerAddress(request));
    return {
      status: 200,
      headers: {
        ...renderVersion(container),
        ...renderMetadataHeaders(container.metadata),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": "false",
      },
    };
  },
};

/** No container is public and none has stored policies, so the list is empty. */
export const getContainerAcl: StorageOperation = {
  name: "GetContainerAcl",
  access: "manage",
  serviceSas: "",
  accountSas: "",
  resourceType: "c",
  async run(request, { blobs }) {
    const container = await blobs.getContainer(getContainerAddress(request));
    const headers = { ...renderVersion(container), "content-type": "application/xml" };
    return { status: 200, headers, body: renderXml("SignedIdentifiers", {}) };
  },
};
