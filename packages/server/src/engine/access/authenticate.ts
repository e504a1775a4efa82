import type { Principal } from "./principal.ts";
import { readSessionCookie } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";
import type { Audience, Tokens } from "./tokens.ts";

/** What a request says about who sends it, still unverified. */
export interface Credentials {
  /** The access token; also what a client sends as the password of Basic (`MLFLOW_TRACKING_PASSWORD`). */
  readonly token: string | undefined;
  /** The browser's session, when the request comes from a page of ours. */
  readonly session: string | undefined;
}

export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Answers who sends a request, by its access token or, from our own pages, by its browser session. */
export type Authenticate = (headers: RequestHeaders, accepted: readonly Audience[]) => Promise<Principal>;

/** Throws `Unauthenticated`, as {@link Tokens.verify} and {@link Sessions.verify} do. */
export function createAuthenticate(tokens: Tokens, sessions: Sessions): Authenticate {
  return (headers, accepted) => {
    const credentials = readCredentials(headers);
    if (credentials.token !== undefined || credentials.session === undefined) {
      return tokens.verify(credentials.token, accepted);
    }
    return sessions.verify(credentials.session);
  };
}

export function readCredentials(headers: RequestHeaders): Credentials {
  return {
    token: readToken(single(headers["authorization"])),
    session: isFromOwnPage(headers) ? readSessionCookie(single(headers["cookie"])) : undefined,
  };
}

function readToken(header: string | undefined): string | undefined {
  const [scheme = "", value = ""] = header?.trim().split(/\s+/, 2) ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString();
  return text.slice(text.indexOf(":") + 1);
}

/**
 * A cookie counts for nothing in a request that another page made. `SameSite` alone would let pages of other programs on
 * this machine through, because ports do not make a site.
 */
function isFromOwnPage(headers: RequestHeaders): boolean {
  const site = single(headers["sec-fetch-site"]);
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const origin = single(headers["origin"]);
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === single(headers["host"]);
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
