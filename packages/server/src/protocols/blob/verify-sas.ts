import { BlockList, isIPv4, isIPv6 } from "node:net";

import { PlatformError } from "@lazuli/contract/errors.ts";

import {
  OLDEST_SAS_VERSION,
  renderAccountStringToSign,
  renderServiceStringToSign,
  sign,
} from "../../blobs/storage-sas.ts";
import type { Grant } from "./grant.ts";
import { isEqual, listAccountNames, refused, type KeyCheck } from "./shared-key.ts";
import type { StorageOperation } from "./storage-operation.ts";
import type { StorageRequest } from "./storage-request.ts";

const VERSION = /^\d{4}-\d{2}-\d{2}$/;
/** ISO 8601 in UTC: a date, or a date with minutes, seconds or up to seven digits of a second. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?Z)?$/;
const REPLY_HEADERS = {
  rscc: "cache-control",
  rscd: "content-disposition",
  rsce: "content-encoding",
  rscl: "content-language",
  rsct: "content-type",
} as const;

/** Throws `Forbidden` for a SAS that is forged, out of its time or does not give the right that is needed. */
export function verifySas(request: StorageRequest, operation: StorageOperation, check: KeyCheck): Grant {
  const { query } = request;
  const version = query.get("sv") ?? "";
  if (!VERSION.test(version) || version < OLDEST_SAS_VERSION) throw refused(`'${version}' is no known version of SAS`);
  if (query.has("skoid")) throw refused("user delegation SAS are not supported; sign with the account's key");
  if (query.has("si")) throw refused("stored access policies are not supported; put the rights into the SAS itself");
  const isAccountSas = query.has("ss") || query.has("srt");
  const texts = isAccountSas ? listAccountTexts(request) : listServiceTexts(request);
  // A base64 `+` that somebody forgot to encode arrives as a space.
  const signature = (query.get("sig") ?? "").replaceAll(" ", "+");
  const isSigned = texts.map((text) => isEqual(sign(check.key, text), signature)).includes(true);
  if (!isSigned) throw refused("the signature does not match");

  checkTime(query, check.now);
  checkOrigin(request);
  checkRights(request, operation, isAccountSas);
  return { kind: "sas", permissions: query.get("sp") ?? "", replyHeaders: readReplyHeaders(query) };
}

function listAccountTexts(request: StorageRequest): string[] {
  return listAccountNames(request).map((account) => renderAccountStringToSign(request.query, account));
}

function listServiceTexts(request: StorageRequest): string[] {
  const path = signedPath(request);
  return listAccountNames(request).map((account) => {
    return renderServiceStringToSign(request.query, `/blob/${account}/${path}`);
  });
}

/** What a service SAS is for, as its `sr` says: the container, one blob, or a directory with all below it. */
function signedPath(request: StorageRequest): string {
  const { container, name, query } = request;
  const kind = query.get("sr");
  if (container === undefined) throw notPermitted();
  if (kind === "c") return container;
  if (name === undefined) throw notPermitted();
  if (kind === "b") return `${container}/${name}`;
  if (kind !== "d") throw refused(`'sr=${kind ?? ""}' is not supported`);
  const depth = Number(query.get("sdd") ?? "0");
  return [container, ...name.split("/").slice(0, depth)].join("/");
}

function checkTime(query: ReadonlyMap<string, string>, now: number): void {
  const end = parseTime(query.get("se"));
  if (end === undefined) throw refused("the SAS has no valid end ('se')");
  if (now >= end) throw refused(`the SAS ended at ${query.get("se") ?? ""}`);
  const start = query.get("st");
  const startsAt = start === undefined ? now : parseTime(start);
  if (startsAt === undefined) throw refused("the SAS has no valid start ('st')");
  if (now < startsAt) throw refused(`the SAS begins at ${start ?? ""}`);
}

function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || !TIME.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function checkOrigin(request: StorageRequest): void {
  const protocol = request.query.get("spr");
  if (protocol !== undefined && protocol !== "https" && protocol !== "https,http") {
    throw refused(`'spr=${protocol}' is not supported`);
  }
  if (protocol === "https" && !request.isSecure) {
    throw new PlatformError("Forbidden", "This SAS is for https alone.", {
      azureCode: "AuthorizationProtocolMismatch",
    });
  }
  const addresses = request.query.get("sip");
  if (addresses === undefined || isInRange(request.clientAddress, addresses)) return;
  throw new PlatformError("Forbidden", `This SAS is not for callers at ${request.clientAddress}.`, {
    azureCode: "AuthorizationSourceIPMismatch",
  });
}

/** @param range One address, or two with a hyphen between. */
function isInRange(clientAddress: string, range: string): boolean {
  const address = clientAddress.startsWith("::ffff:") ? clientAddress.slice("::ffff:".length) : clientAddress;
  const [first = "", last = first] = range.split("-");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const isFamily = family === "ipv4" ? isIPv4 : isIPv6;
  if (!isFamily(first) || !isFamily(last)) return false;
  const list = new BlockList();
  list.addRange(first, last, family);
  return list.check(address, family);
}

function checkRights(request: StorageRequest, operation: StorageOperation, isAccountSas: boolean): void {
  const { query } = request;
  if (isAccountSas) {
    if (!(query.get("ss") ?? "").includes("b")) throw mismatch("AuthorizationServiceMismatch", "the blob service");
    if (!(query.get("srt") ?? "").includes(operation.resourceType)) {
      throw mismatch("AuthorizationResourceTypeMismatch", "resources of this type");
    }
  }
  const needed = isAccountSas ? operation.accountSas : operation.serviceSas;
  const permissions = query.get("sp") ?? "";
  if (!Array.from(needed).some((letter) => permissions.includes(letter))) throw notPermitted();
}

function mismatch(azureCode: string, what: string): PlatformError {
  return new PlatformError("Forbidden", `This SAS is not for ${what}.`, { azureCode });
}

function notPermitted(): PlatformError {
  return new PlatformError(
    "Forbidden",
    "This request is not authorized to perform this operation using this permission.",
    {
      azureCode: "AuthorizationPermissionMismatch",
    },
  );
}

function readReplyHeaders(query: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(REPLY_HEADERS).flatMap(([field, header]) => {
      const value = query.get(field);
      return value === undefined ? [] : [[header, value]];
    }),
  );
}
