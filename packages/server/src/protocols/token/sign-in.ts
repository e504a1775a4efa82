import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";

import { readCredentials } from "../../engine/access/authenticate.ts";
import { renderSessionCookie } from "../../engine/access/session-cookie.ts";
import { SIGN_IN_LINK_SECONDS } from "../../engine/access/sessions.ts";
import type { TokenDependencies } from "./token-dependencies.ts";

/** Where a one-time link leads. */
export const SIGN_IN_PATH = "/identity/sign-in";

const querySchema = z.object({ token: z.string().min(1).max(200) });

/** Signs people in to Studio: whoever has a token gets a link, the link is traded once for a session's cookie. */
export function addSignInRoutes(app: FastifyInstance, deps: TokenDependencies): void {
  app.post("/identity/sign-in-links", async (request) => {
    const principal = await deps.tokens.verify(readCredentials(request.headers).token, ["management"]);
    if (principal.kind !== "user") {
      throw new PlatformError("Forbidden", `'${principal.name}' is no person; only people sign in to Studio.`);
    }
    const token = await deps.sessions.createLinkToken(principal);
    // By the name that the caller used: it stands on the machine where the browser opens.
    const url = `${request.protocol}://${request.host}${SIGN_IN_PATH}?token=${token}`;
    return { url, expiresInSeconds: SIGN_IN_LINK_SECONDS };
  });

  app.get(SIGN_IN_PATH, async (request, reply) => {
    reply.header("referrer-policy", "no-referrer");
    const query = querySchema.safeParse(request.query);
    const session = query.success ? await trade(query.data.token) : undefined;
    if (session === undefined) return refuse(reply);
    const cookie = renderSessionCookie(session, { isSecure: request.protocol === "https" });
    return reply.header("set-cookie", cookie).redirect("/", 303);
  });

  async function trade(linkToken: string): Promise<string | undefined> {
    try {
      return await deps.sessions.exchange(linkToken);
    } catch (error) {
      if (error instanceof PlatformError && error.code === "Unauthenticated") return undefined;
      throw error;
    }
  }
}

function refuse(reply: FastifyReply): FastifyReply {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lazuli</title>
<body style="font-family:system-ui;max-width:36rem;margin:20vh auto;padding:0 1rem">
<h1>This sign-in link no longer works</h1>
<p>Each link opens Studio once, within ${SIGN_IN_LINK_SECONDS / 60} minutes. For a new one run <code>./lazuli studio</code>.</p>
<h1 lang="ja">このサインインリンクは使えません</h1>
<p lang="ja">リンクは一度だけ、${SIGN_IN_LINK_SECONDS / 60} 分以内に使えます。<code>./lazuli studio</code> で新しいリンクを作ってください。</p>
</body></html>`;
  return reply.code(401).type("text/html; charset=utf-8").send(page);
}
