import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobAddress } from "../../blobs/blob-store.ts";
import { getBlob } from "./operations/get-blob.ts";
import { getBlobAddress } from "./request-target.ts";
import type { OperationContext } from "./storage-operation.ts";
import { findHeader, parseStorageUrl, type StorageRequest } from "./storage-request.ts";
import { verifySas } from "./verify-sas.ts";

/**
 * The blob that `x-ms-copy-source` names, once the caller proved that it may read it: by the source's own SAS, by a
 * bearer token, or by the shared key of the same account. Throws `Forbidden`, `Unsupported` for another server.
 */
export async function openCopySource(request: StorageRequest, context: OperationContext): Promise<BlobAddress> {
  const url = parseSourceUrl(findHeader(request, "x-ms-copy-source") ?? "");
  if (url.host !== findHeader(request, "host")) {
    throw new PlatformError("Unsupported", `Copying from another server ('${url.host}') is not supported.`, {
      azureCode: "CannotVerifyCopySource",
    });
  }
  const source: StorageRequest = { ...request, ...parseStorageUrl(url.pathname + url.search) };
  const address = getBlobAddress(source);
  if (!(await context.blobs.hasAccount(address.account))) throw notReadable();
  if (source.query.has("sig")) {
    const key = await context.blobs.accountKey(address.account);
    verifySas(source, getBlob, { key, now: context.clock.now() });
    return address;
  }
  const { grant } = context;
  if (grant.kind === "sharedKey" && address.account === request.account) return address;
  if (grant.kind !== "bearer") throw notReadable();
  await context.authorize(grant.principal, { ...address, kind: "read" });
  return address;
}

function parseSourceUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new PlatformError("BadRequest", "'x-ms-copy-source' is not a URL.", { azureCode: "InvalidHeaderValue" });
}

function notReadable(): PlatformError {
  return new PlatformError("Forbidden", "The source of the copy may not be read: give its URL a SAS.", {
    azureCode: "CannotVerifyCopySource",
  });
}
