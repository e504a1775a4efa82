import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobConditions, PutBlobOptions } from "../../blobs/blob-store.ts";
import { METADATA_BYTES_MAX } from "../../blobs/storage-limits.ts";
import { findHeader, type StorageRequest } from "./storage-request.ts";

const METADATA_PREFIX = "x-ms-meta-";
const METADATA_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Headers that change what a request means and that this server does not know how to honour. */
const UNSUPPORTED_HEADERS = [
  "x-ms-encryption-key",
  "x-ms-encryption-scope",
  "x-ms-tags",
  "x-ms-if-tags",
  "x-ms-content-crc64",
  "x-ms-structured-body",
  "x-ms-immutability-policy-until-date",
  "x-ms-legal-hold",
] as const;

/** Throws `Unsupported` rather than carry out something else than was asked, `PreconditionFailed` for a lease. */
export function refuseUnsupported(request: StorageRequest): void {
  const name = UNSUPPORTED_HEADERS.find((header) => findHeader(request, header) !== undefined);
  if (name !== undefined) throw new PlatformError("Unsupported", `Header '${name}' is not supported; leave it out.`);
  if (findHeader(request, "x-ms-lease-id") === undefined) return;
  throw new PlatformError("PreconditionFailed", "There is currently no lease on this resource.", {
    azureCode: "LeaseNotPresentWithBlobOperation",
  });
}

/** Throws `BadRequest` for a date that is none. */
export function parseConditions(request: StorageRequest, prefix: "" | "x-ms-source-" = ""): BlobConditions {
  const ifMatch = findHeader(request, `${prefix}if-match`);
  const ifNoneMatch = findHeader(request, `${prefix}if-none-match`);
  const ifModifiedSince = parseDate(request, `${prefix}if-modified-since`);
  const ifUnmodifiedSince = parseDate(request, `${prefix}if-unmodified-since`);
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
    ...(ifUnmodifiedSince !== undefined && { ifUnmodifiedSince }),
  };
}

/** The blob's HTTP headers from `x-ms-blob-*`. */
export function parseBlobHeaders(request: StorageRequest): PutBlobOptions {
  const contentType = findHeader(request, "x-ms-blob-content-type");
  const contentEncoding = findHeader(request, "x-ms-blob-content-encoding");
  const contentLanguage = findHeader(request, "x-ms-blob-content-language");
  const contentDisposition = findHeader(request, "x-ms-blob-content-disposition");
  const cacheControl = findHeader(request, "x-ms-blob-cache-control");
  const contentMd5 = parseMd5(request, "x-ms-blob-content-md5");
  return {
    ...(contentType !== undefined && { contentType }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(cacheControl !== undefined && { cacheControl }),
    ...(contentMd5 !== undefined && { contentMd5 }),
  };
}

/** Base64 of 16 bytes; `undefined` when absent. */
export function parseMd5(request: StorageRequest, header: string): string | undefined {
  const value = findHeader(request, header);
  if (value === undefined) return undefined;
  const bytes = Buffer.from(value, "base64");
  if (bytes.length === 16 && bytes.toString("base64") === value) return value;
  throw new PlatformError("BadRequest", `Header '${header}' is not the base64 of an MD5.`, { azureCode: "InvalidMd5" });
}

/** Names keep the case that they were sent in, which only the raw headers have. */
export function parseMetadata(request: StorageRequest): Record<string, string> {
  const metadata = new Map<string, string>();
  const { rawHeaders } = request.raw;
  let bytes = 0;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? "";
    if (!header.toLowerCase().startsWith(METADATA_PREFIX)) continue;
    const name = header.slice(METADATA_PREFIX.length);
    const value = rawHeaders[index + 1] ?? "";
    if (!METADATA_NAME.test(name)) throw badMetadata(`'${name}' cannot name metadata.`, "InvalidMetadata");
    const former = metadata.get(name);
    metadata.set(name, former === undefined ? value : `${former},${value}`);
    bytes += name.length + value.length;
  }
  if (bytes > METADATA_BYTES_MAX) {
    throw badMetadata(`The metadata has more than ${METADATA_BYTES_MAX} bytes.`, "MetadataTooLarge");
  }
  return Object.fromEntries(metadata);
}

/** A whole number that is not negative; `undefined` when absent. */
export function parseNumberHeader(request: StorageRequest, name: string): number | undefined {
  const value = findHeader(request, name);
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new PlatformError("BadRequest", `Header '${name}' is not a number.`, { azureCode: "InvalidHeaderValue" });
}

function parseDate(request: StorageRequest, name: string): number | undefined {
  const value = findHeader(request, name);
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  if (!Number.isNaN(time)) return time;
  throw new PlatformError("BadRequest", `Header '${name}' is not a date.`, { azureCode: "InvalidHeaderValue" });
}

function badMetadata(message: string, azureCode: string): PlatformError {
  return new PlatformError("BadRequest", message, { azureCode });
}
