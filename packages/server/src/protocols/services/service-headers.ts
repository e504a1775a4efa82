import type { IncomingHttpHeaders } from "node:http";

import { isSessionCookie } from "../../engine/access/session-cookie.ts";
import type { FoundService } from "./find-service.ts";

/** Fields about one connection, and what proves who the caller is: the program is another's code. */
const NOT_FORWARDED = new Set([
  "authorization",
  "connection",
  "host",
  "keep-alive",
  "origin",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const NOT_ANSWERED = new Set(["connection", "keep-alive", "trailer", "transfer-encoding", "upgrade"]);

/** Header fields for the program, without what is the server's alone. */
export function headersForService(
  headers: IncomingHttpHeaders,
  service: FoundService,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== "cookie" && !NOT_FORWARDED.has(name)) kept[name] = value;
  }
  const cookies = headers.cookie?.split(";").filter((cookie) => !isSessionCookie(cookie)) ?? [];
  if (cookies.length > 0) kept["cookie"] = cookies.join(";");
  if (service.authorization !== undefined) kept["authorization"] = service.authorization;
  // Programs compare the two, and would take a page of ours for a stranger.
  const authority = service.port === undefined ? service.host : `${service.host}:${service.port}`;
  kept["host"] = authority;
  if (headers.origin !== undefined) kept["origin"] = `http://${authority}`;
  return kept;
}

/** Header fields for the caller. A program cannot set the cookie that holds the caller's session. */
export function headersForCaller(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_ANSWERED.has(name)) continue;
    kept[name] = name === "set-cookie" && Array.isArray(value) ? value.filter((one) => !isSessionCookie(one)) : value;
  }
  return kept;
}
