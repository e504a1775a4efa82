import { BROWSER_SESSION_SECONDS } from "./sessions.ts";

/**
 * Two names, because a browser does not let plain http replace a cookie that https set: signing in one way must not
 * depend on how one signed in before. The prefix makes browsers refuse it from anywhere but this very host.
 */
const SECURE_NAME = "__Host-lazuli_session";
const PLAIN_NAME = "lazuli_session";

/** The `Set-Cookie` that keeps a session; an empty token takes it away. */
export function renderSessionCookie(sessionToken: string, options: { readonly isSecure: boolean }): string {
  const maxAge = sessionToken === "" ? 0 : BROWSER_SESSION_SECONDS;
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  if (options.isSecure) return `${SECURE_NAME}=${sessionToken}; ${attributes}; Secure`;
  return `${PLAIN_NAME}=${sessionToken}; ${attributes}`;
}

/** Whether a cookie, as `name=value` of either header, is one that keeps a session. */
export function isSessionCookie(cookie: string): boolean {
  const name = cookie.trim().split("=", 1)[0] ?? "";
  return name === SECURE_NAME || name === PLAIN_NAME;
}

/** The session's token in a `Cookie` header; `undefined` when it has none. */
export function readSessionCookie(header: string | undefined): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [name, value] = part.trim().split("=", 2);
    if ((name === SECURE_NAME || name === PLAIN_NAME) && value !== undefined && value !== "") return value;
  }
  return undefined;
}
