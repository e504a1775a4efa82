import { timingSafeEqual } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { sign } from "../../blobs/storage-sas.ts";
import { findHeader, type StorageRequest } from "./storage-request.ts";

const CLOCK_SKEW_MS_MAX = 15 * 60 * 1_000;
const AUTHORIZATION = /^SharedKey (.+):([A-Za-z0-9+/=]+)$/;
const SIGNED_HEADERS = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
] as const;

export interface KeyCheck {
  /** The account's key, base64. */
  readonly key: string;
  readonly now: number;
}

/** Throws `Forbidden` (`AuthenticationFailed`) unless the request is signed with the account's key, and recently. */
export function verifySharedKey(request: StorageRequest, authorization: string, check: KeyCheck): void {
  const match = AUTHORIZATION.exec(authorization);
  if (match === null) throw refused("the Authorization header is malformed");
  const [, account = "", signature = ""] = match;
  if (!isAccountName(request, account)) throw refused(`the request is signed for account '${account}'`);
  const date = Date.parse(findHeader(request, "x-ms-date") ?? findHeader(request, "date") ?? "");
  if (!(Math.abs(check.now - date) <= CLOCK_SKEW_MS_MAX)) throw refused("its date is missing or too far from now");
  const orders = [compareAsService, compareOrdinal];
  const isSigned = orders.some((order) => {
    const text = renderStringToSign(request, account, order);
    return isEqual(sign(check.key, text), signature);
  });
  if (!isSigned) throw refused("the signature does not match");
}

/** A datastore calls its account `<host>/<account>`, so that clients build a URL which resolves; they sign that, too. */
export function isAccountName(request: StorageRequest, account: string): boolean {
  return listAccountNames(request).includes(account);
}

export function listAccountNames(request: StorageRequest): string[] {
  const host = findHeader(request, "host");
  return host === undefined ? [request.account] : [request.account, `${host}/${request.account}`];
}

/** In time that does not depend on where the difference is. */
export function isEqual(expected: string, actual: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(actual)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export function refused(reason: string): PlatformError {
  return new PlatformError("Forbidden", `Server failed to authenticate the request: ${reason}.`, {
    azureCode: "AuthenticationFailed",
  });
}

type Order = (left: string, right: string) => number;

function renderStringToSign(request: StorageRequest, account: string, order: Order): string {
  const headers = SIGNED_HEADERS.map((name) => renderSignedHeader(request, name));
  const own = Object.keys(request.raw.headers)
    .filter((name) => name.startsWith("x-ms-"))
    .toSorted(order)
    .map((name) => `${name}:${(findHeader(request, name) ?? "").trimStart()}`);
  const query = [...request.query].toSorted(([left], [right]) => compareOrdinal(left, right));
  const fields = query.map(([name, value]) => `\n${name}:${value}`).join("");
  return [request.method, ...headers, ...own, `/${account}${request.rawPath}${fields}`].join("\n");
}

function renderSignedHeader(request: StorageRequest, name: (typeof SIGNED_HEADERS)[number]): string {
  const value = findHeader(request, name) ?? "";
  if (name === "content-length" && value === "0") return "";
  // Once `x-ms-date` is there, the service signs no date of its own.
  return name === "date" && findHeader(request, "x-ms-date") !== undefined ? "" : value;
}

function compareOrdinal(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Azure sorts as .NET does for English: hyphens count last, underscores before digits. Its SDKs do the same. */
function compareAsService(left: string, right: string): number {
  return compareOrdinal(toSortKey(left), toSortKey(right)) || compareOrdinal(right, left);
}

function toSortKey(name: string): string {
  return name.replaceAll("-", "").replaceAll("_", "!");
}
