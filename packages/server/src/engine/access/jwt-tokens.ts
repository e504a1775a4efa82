import { sign } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { SignJWT, createLocalJWKSet, errors, jwtVerify } from "jose";
import type { JWK } from "jose";
import { z } from "zod";

import type { Clock } from "../../base/clock.ts";
import { audienceOfClaim, defaultAudienceClaim, isAccepted } from "./audiences.ts";
import type { Principal } from "./principal.ts";
import { ensureSigningKeys, type SigningKey, type SigningKeys } from "./signing-keys.ts";
import type { Audience, TokenRequest, Tokens, VerifiedToken } from "./tokens.ts";

/** Verified tokens that are remembered, so that a client's next request costs no signature check. */
const REMEMBERED_TOKENS_MAX = 2000;
const TOKEN_LENGTH_MAX = 16 * 1024;
/** Clients' clocks may be a little behind ours. */
const NOT_BEFORE_GRACE_SECONDS = 300;
const CLIENT_APP_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GET_ANOTHER = `run: eval "$(./lazuli env)"`;

const claimsSchema = z.object({
  aud: z.string(),
  exp: z.number(),
  oid: z.string(),
  tid: z.string(),
  name: z.string(),
  lz_kind: z.enum(["user", "servicePrincipal", "task"]),
  lz_scopes: z.array(z.string()).optional(),
});

interface RememberedToken extends VerifiedToken {
  readonly audience: Audience | undefined;
  readonly audienceClaim: string;
}

export interface JwtTokensOptions {
  /** Holds the signing keys; made with 0700. */
  readonly folder: string;
  readonly clock: Clock;
  /** Names under which this server is called, without port; loopback names need not be listed. */
  readonly hostNames: readonly string[];
}

/** The `iss` of every token of a tenant. A name, not an address: the same on every port that the home is served at. */
export function renderIssuer(tenantId: string): string {
  return `https://sts.lazuli/${tenantId}/`;
}

/** Opens the token office of a home; its keys are made at first start. */
export async function openJwtTokens(options: JwtTokensOptions): Promise<JwtTokens> {
  return new JwtTokens(await ensureSigningKeys(options.folder), options);
}

/** Tokens as signed JWTs: nothing is stored, so any server of the same home verifies them. */
export class JwtTokens implements Tokens {
  readonly #keys: SigningKeys;
  readonly #clock: Clock;
  readonly #hostNames: readonly string[];
  readonly #keySet: ReturnType<typeof createLocalJWKSet>;
  readonly #remembered = new Map<string, RememberedToken>();

  constructor(keys: SigningKeys, options: Omit<JwtTokensOptions, "folder">) {
    this.#keys = keys;
    this.#clock = options.clock;
    this.#hostNames = options.hostNames;
    this.#keySet = createLocalJWKSet({ keys: this.publicKeys() });
  }

  /** Public halves of the signing keys, for the JWKS address. */
  publicKeys(): JWK[] {
    return [this.#keys.users.publicJwk, this.#keys.tasks.publicJwk];
  }

  async issue(request: TokenRequest): Promise<string> {
    const { principal } = request;
    const key = principal.kind === "task" ? this.#keys.tasks : this.#keys.users;
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    const claims = {
      ...renderClaims(principal),
      iss: renderIssuer(principal.tenantId),
      aud: request.audienceClaim ?? defaultAudienceClaim(request.audience),
      sub: principal.id,
      iat: nowSeconds,
      nbf: nowSeconds - NOT_BEFORE_GRACE_SECONDS,
      exp: nowSeconds + request.lifetimeSeconds,
    };
    if (key.algorithm === "ES256") {
      const token = signAtOnce(claims, key);
      // What was made here a moment ago needs no proof when it comes back.
      this.#remember(token, principal, claims);
      return token;
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, typ: "JWT", kid: key.keyId })
      .sign(key.privateKey);
  }

  async verify(token: string | undefined, accepted: readonly Audience[]): Promise<Principal> {
    const verified = await this.inspect(token, accepted);
    return verified.principal;
  }

  async inspect(token: string | undefined, accepted: readonly Audience[]): Promise<VerifiedToken> {
    if (token === undefined || token === "") {
      throw refuse(`The request carries no access token; send 'Authorization: Bearer <token>', or ${GET_ANOTHER}.`);
    }
    if (token.length > TOKEN_LENGTH_MAX) throw refuse("The access token is longer than any that this server makes.");
    const verified = this.#remembered.get(token) ?? (await this.#verifySignature(token));
    if (verified.expiresAt * 1000 <= this.#clock.now()) throw refuse(describeExpired(verified.expiresAt));
    if (!isAccepted(verified.audience, accepted)) throw refuse(describeAudience(verified.audienceClaim, accepted));
    return verified;
  }

  async #verifySignature(token: string): Promise<RememberedToken> {
    const claims = await this.#readClaims(token);
    const principal: Principal = {
      id: claims.oid,
      tenantId: claims.tid,
      name: claims.name,
      kind: claims.lz_kind,
      scopes: claims.lz_scopes,
    };
    return this.#remember(token, principal, claims);
  }

  #remember(token: string, principal: Principal, claims: { exp: number; aud: string }): RememberedToken {
    const remembered: RememberedToken = {
      principal,
      expiresAt: claims.exp,
      audience: audienceOfClaim(claims.aud, this.#hostNames),
      audienceClaim: claims.aud,
    };
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= REMEMBERED_TOKENS_MAX && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(token, remembered);
    return remembered;
  }

  async #readClaims(token: string): Promise<z.infer<typeof claimsSchema>> {
    try {
      const result = await jwtVerify(token, this.#keySet, {
        algorithms: ["RS256", "ES256"],
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ["aud", "exp", "oid", "tid", "iss"],
      });
      const claims = claimsSchema.parse(result.payload);
      if (result.payload.iss !== renderIssuer(claims.tid)) throw refuse("The access token names another issuer.");
      return claims;
    } catch (error) {
      throw toRefusal(error);
    }
  }
}

/** Here and now: 50 µs of elliptic curve are less than the way to another thread and back. */
function signAtOnce(claims: Record<string, unknown>, key: SigningKey): string {
  const header = encodePart({ alg: key.algorithm, typ: "JWT", kid: key.keyId });
  const content = `${header}.${encodePart(claims)}`;
  const signature = sign("sha256", Buffer.from(content), { key: key.signingKey, dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

function encodePart(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function renderClaims(principal: Principal): Record<string, unknown> {
  const isUser = principal.kind === "user";
  return {
    oid: principal.id,
    tid: principal.tenantId,
    appid: isUser ? CLIENT_APP_ID : principal.id,
    name: principal.name,
    ver: "1.0",
    idtyp: isUser ? "user" : "app",
    ...(isUser ? { scp: "user_impersonation", unique_name: principal.name, upn: principal.name } : {}),
    lz_kind: principal.kind,
    ...(principal.scopes === undefined ? {} : { lz_scopes: principal.scopes }),
  };
}

function toRefusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return refuse(describeExpired(typeof error.payload.exp === "number" ? error.payload.exp : 0));
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refuse(`The access token was not signed by this server; for one of its own, ${GET_ANOTHER}.`, error);
  }
  if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
    return refuse(`The access token is not one of this server's; for one of its own, ${GET_ANOTHER}.`, error);
  }
  return error;
}

function describeExpired(expiresAt: number): string {
  return `The access token expired at ${new Date(expiresAt * 1000).toISOString()}; for a fresh one, ${GET_ANOTHER}.`;
}

function describeAudience(claim: string, accepted: readonly Audience[]): string {
  const wanted = accepted.map((audience) => `'${defaultAudienceClaim(audience)}'`).join(" or ");
  return `The access token is for the audience '${claim}', but this address takes tokens for ${wanted}.`;
}

function refuse(message: string, cause?: unknown): PlatformError {
  return new PlatformError("Unauthenticated", message, { cause });
}
