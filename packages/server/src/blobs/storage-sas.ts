import { createHmac } from "node:crypto";

import type { SasTarget } from "./blob-store.ts";

const SAS_VERSION = "2022-11-02";
/** Versions compare as text; each of these changed what is signed. */
const WITH_ENCRYPTION_SCOPE = "2020-12-06";
const WITH_RESOURCE_AND_SNAPSHOT = "2018-11-09";
/** The oldest form that is understood. */
export const OLDEST_SAS_VERSION = "2015-04-05";

/** Fields of a query string, decoded; an absent one is signed as empty. */
export type SasFields = ReadonlyMap<string, string>;

/** Azure's string-to-sign of a service SAS for the version in `sv`. @param resource `/blob/<account>/<container>[/<blob>]` */
export function renderServiceStringToSign(fields: SasFields, resource: string): string {
  const version = field(fields, "sv");
  const head = ["sp", "st", "se"].map((name) => field(fields, name));
  const middle = ["si", "sip", "spr", "sv"].map((name) => field(fields, name));
  const newer = version >= WITH_RESOURCE_AND_SNAPSHOT ? [field(fields, "sr"), field(fields, "snapshot")] : [];
  const scope = version >= WITH_ENCRYPTION_SCOPE ? [field(fields, "ses")] : [];
  const headers = ["rscc", "rscd", "rsce", "rscl", "rsct"].map((name) => field(fields, name));
  return [...head, resource, ...middle, ...newer, ...scope, ...headers].join("\n");
}

/** Azure's string-to-sign of an account SAS for the version in `sv`. */
export function renderAccountStringToSign(fields: SasFields, account: string): string {
  const rest = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"].map((name) => field(fields, name));
  const scope = field(fields, "sv") >= WITH_ENCRYPTION_SCOPE ? [field(fields, "ses")] : [];
  return [account, ...rest, ...scope, ""].join("\n");
}

/** @param key The account's shared key, base64. */
export function sign(key: string, text: string): string {
  return createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
}

/** Query string of a service SAS, without `?`. */
export function renderServiceSas(target: SasTarget, key: string): string {
  const fields = new Map([
    ["sv", SAS_VERSION],
    ["sp", target.permissions],
    ["se", renderTime(target.expiresAt)],
    ["sr", target.name === undefined ? "c" : "b"],
  ]);
  if (target.startsAt !== undefined) fields.set("st", renderTime(target.startsAt));
  const name = target.name === undefined ? "" : `/${target.name}`;
  const resource = `/blob/${target.account}/${target.container}${name}`;
  const signature = sign(key, renderServiceStringToSign(fields, resource));
  return new URLSearchParams([...fields, ["sig", signature]]).toString();
}

function renderTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function field(fields: SasFields, name: string): string {
  return fields.get(name) ?? "";
}
