import type { IncomingMessage } from "node:http";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { parseStoragePath } from "@lazuli/contract/shared/storage-address.ts";

const QUERY_FIELDS_MAX = 64;

/** A request to the blob service, taken apart once. Names are decoded exactly once and never become paths. */
export interface StorageRequest {
  readonly method: string;
  readonly account: string;
  readonly container: string | undefined;
  readonly name: string | undefined;
  /** Decoded; names in lower case. */
  readonly query: ReadonlyMap<string, string>;
  /** The URL's path as it was sent, which signatures cover. */
  readonly rawPath: string;
  readonly isSecure: boolean;
  readonly clientAddress: string;
  readonly raw: IncomingMessage;
}

export interface ParsedUrl {
  readonly account: string;
  readonly container: string | undefined;
  readonly name: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly rawPath: string;
}

/** Throws `BadRequest` for a URL that is malformed or has a field twice. */
export function parseStorageRequest(raw: IncomingMessage, clientAddress: string): StorageRequest {
  return {
    ...parseStorageUrl(raw.url ?? ""),
    method: raw.method ?? "",
    isSecure: "encrypted" in raw.socket && raw.socket.encrypted === true,
    clientAddress,
    raw,
  };
}

/** @param url Path and query. */
export function parseStorageUrl(url: string): ParsedUrl {
  const mark = url.indexOf("?");
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const path = parseStoragePath(rawPath);
  if (path === undefined || path.service !== "blob") throw invalidUri();
  const slash = path.rest.indexOf("/");
  const container = slash === -1 ? path.rest : path.rest.slice(0, slash);
  const name = slash === -1 ? "" : path.rest.slice(slash + 1);
  return {
    account: path.account,
    container: container === "" ? undefined : decode(container),
    name: name === "" ? undefined : decode(name),
    query: parseQuery(mark === -1 ? "" : url.slice(mark + 1)),
    rawPath,
  };
}

/** A header's only value; several of one name are joined as Node does. Empty counts as absent. */
export function findHeader(request: StorageRequest, name: string): string | undefined {
  const value = request.raw.headers[name];
  const text = Array.isArray(value) ? value.join(",") : value;
  return text === undefined || text === "" ? undefined : text;
}

function parseQuery(text: string): Map<string, string> {
  const fields = text.split("&").filter((field) => field !== "");
  if (fields.length > QUERY_FIELDS_MAX) throw badQuery(`The query has more than ${QUERY_FIELDS_MAX} fields.`);
  const query = new Map<string, string>();
  for (const field of fields) {
    const equals = field.indexOf("=");
    const name = decode(equals === -1 ? field : field.slice(0, equals)).toLowerCase();
    if (query.has(name)) throw badQuery(`The query has '${name}' twice.`);
    query.set(name, equals === -1 ? "" : decode(field.slice(equals + 1).replaceAll("+", " ")));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw invalidUri(error);
  }
}

function invalidUri(cause?: unknown): PlatformError {
  return new PlatformError("BadRequest", "The requested URI does not represent any resource on the server.", {
    azureCode: "InvalidUri",
    cause,
  });
}

function badQuery(message: string): PlatformError {
  return new PlatformError("BadRequest", message, { azureCode: "InvalidQueryParameterValue" });
}
