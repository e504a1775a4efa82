import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { audienceOfClaim } from "../../engine/access/audiences.ts";
import type { VerifiedToken } from "../../engine/access/tokens.ts";
import { digestSecret, isSecret } from "../../engine/access/secret-digest.ts";
import type { TokenDependencies } from "./token-dependencies.ts";

/** Where `IDENTITY_ENDPOINT` points. */
export const IDENTITY_PATH = "/identity/token";
/** As Azure's managed identities, whose tokens live a day. */
const DEFAULT_LIFETIME_SECONDS = 24 * 3600;
/** For the token that `lazuli env` exports: a shell may stay open for days. */
const LIFETIME_SECONDS_MAX = 30 * 24 * 3600;
const LIFETIME_SECONDS_MIN = 60;
/** Audiences for our own doors are not given out here: sessions and tasks have ways of their own. */
const OWN_AUDIENCE = "urn:lazuli:";

const querySchema = z.object({
  resource: z.string().min(1).max(1000),
  lifetime_seconds: z.coerce.number().int().min(LIFETIME_SECONDS_MIN).max(LIFETIME_SECONDS_MAX).optional(),
});

/**
 * Azure App Service's managed-identity address, so that `DefaultAzureCredential` works by environment alone.
 *
 * The header proves who asks: the owner's secret, or a token that a job was given; what is traded for the latter is
 * limited to the same scopes and ends no later. A token is made for any audience that a client names; which of our doors
 * it opens is decided where it is shown.
 */
export function addManagedIdentityRoutes(app: FastifyInstance, deps: TokenDependencies): void {
  const ownerDigest = digestSecret(deps.owner.secret);

  app.get(IDENTITY_PATH, async (request) => {
    const asked = querySchema.parse(request.query);
    const proof = request.headers["x-identity-header"];
    const holder = await identify(typeof proof === "string" ? proof : "");
    const nowSeconds = Math.floor(deps.clock.now() / 1000);
    const lifetimeSeconds = Math.min(asked.lifetime_seconds ?? DEFAULT_LIFETIME_SECONDS, holder.expiresAt - nowSeconds);
    return renderToken(asked.resource, lifetimeSeconds, holder);
  });

  async function identify(proof: string): Promise<VerifiedToken> {
    if (proof !== "" && isSecret(proof, ownerDigest)) {
      return { principal: deps.owner.principal, expiresAt: Number.MAX_SAFE_INTEGER };
    }
    if (proof.split(".").length === 3) return deps.tokens.inspect(proof, ["management", "task"]);
    throw new PlatformError(
      "Unauthenticated",
      `The header 'X-IDENTITY-HEADER' is absent or wrong; run: eval "$(./lazuli env)".`,
    );
  }

  async function renderToken(resource: string, lifetimeSeconds: number, holder: VerifiedToken): Promise<object> {
    if (resource.startsWith(OWN_AUDIENCE)) {
      throw new PlatformError("BadRequest", `No token for '${resource}' is given out here.`, { target: "resource" });
    }
    const { principal } = holder;
    const audience = audienceOfClaim(resource, []) ?? "management";
    const token = await deps.tokens.issue({ principal, audience, audienceClaim: resource, lifetimeSeconds });
    const nowSeconds = Math.floor(deps.clock.now() / 1000);
    return {
      access_token: token,
      expires_on: String(nowSeconds + lifetimeSeconds),
      expires_in: String(lifetimeSeconds),
      not_before: String(nowSeconds),
      resource,
      token_type: "Bearer",
      client_id: principal.id,
    };
  }
}
