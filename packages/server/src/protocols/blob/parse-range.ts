import { PlatformError } from "@lazuli/contract/errors.ts";

import { findHeader, type StorageRequest } from "./storage-request.ts";

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

export interface RangeHeader {
  readonly first: number | undefined;
  /** Inclusive; the length of the tail when `first` is `undefined`. */
  readonly last: number | undefined;
}

/** `x-ms-range` goes before `Range`. `undefined`: the whole blob, also for several ranges, which Azure does not know. */
export function parseRange(request: StorageRequest): RangeHeader | undefined {
  const text = findHeader(request, "x-ms-range") ?? findHeader(request, "range");
  const match = text === undefined ? null : RANGE.exec(text);
  if (match === null) return undefined;
  const first = match[1] === "" ? undefined : Number(match[1]);
  const last = match[2] === "" ? undefined : Number(match[2]);
  if (first === undefined && last === undefined) return undefined;
  if (first !== undefined && last !== undefined && last < first) return undefined;
  return { first, last };
}

/** The bytes `[start, end)` of a blob. Throws `BadRequest` (`InvalidRange`) when it has none of them. */
export function applyRange(range: RangeHeader, sizeBytes: number): { readonly start: number; readonly end: number } {
  const start = range.first ?? Math.max(sizeBytes - (range.last ?? 0), 0);
  const end = range.first === undefined ? sizeBytes : Math.min((range.last ?? sizeBytes) + 1, sizeBytes);
  if (start < end) return { start, end };
  throw new PlatformError("BadRequest", "The range specified is invalid for the current size of the resource.", {
    azureCode: "InvalidRange",
    target: String(sizeBytes),
  });
}
