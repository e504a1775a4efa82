import { PlatformError } from "@lazuli/contract/errors.ts";
import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";

import { LIST_PAGE_MAX } from "../../blobs/storage-limits.ts";
import { findHeader, type StorageRequest } from "./storage-request.ts";
import { renderName, type XmlElement } from "./storage-xml.ts";

/** Fewer than Azure's 5,000 unless the client asks for them: rendering so many holds other requests up. */
const LIST_PAGE_DEFAULT = 1_000;

export interface Page {
  readonly prefix: string | undefined;
  readonly marker: string | undefined;
  readonly limit: number;
  readonly serviceEndpoint: string;
  /** The fields that a listing repeats. */
  readonly echo: XmlElement;
}

/** Throws `BadRequest` (`OutOfRangeQueryParameterValue`) for a size of page that is no positive number. */
export function parsePage(request: StorageRequest): Page {
  const size = request.query.get("maxresults");
  if (size !== undefined && !/^[1-9]\d{0,8}$/.test(size)) {
    throw new PlatformError("BadRequest", `'maxresults=${size}' is not a positive number.`, {
      azureCode: "OutOfRangeQueryParameterValue",
    });
  }
  const prefix = request.query.get("prefix");
  const marker = request.query.get("marker");
  const scheme = request.isSecure ? "https" : "http";
  return {
    prefix: prefix === "" ? undefined : prefix,
    marker: marker === "" ? undefined : marker,
    limit: Math.min(Number(size ?? LIST_PAGE_DEFAULT), LIST_PAGE_MAX),
    serviceEndpoint: `${scheme}://${findHeader(request, "host") ?? ""}/${request.account}.blob.${STORAGE_SUFFIX}/`,
    echo: {
      ...(prefix !== undefined && { Prefix: renderName(prefix) }),
      ...(marker !== undefined && { Marker: marker }),
      ...(size !== undefined && { MaxResults: size }),
    },
  };
}
