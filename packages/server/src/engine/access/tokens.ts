import type { Principal } from "./principal.ts";

/**
 * What a token is good for. `management`: ARM and the data planes behind it; `storage`: blobs and files;
 * `machineLearning`: endpoints and job submission on a user's behalf (`https://ml.azure.…`); `studio`: the browser
 * session; `task`: one running task, for the node protocol. A task's tracking token has `management`, limited by scopes.
 */
export type Audience = "management" | "storage" | "machineLearning" | "studio" | "task";

export interface TokenRequest {
  readonly principal: Principal;
  readonly audience: Audience;
  readonly lifetimeSeconds: number;
  /** The literal `aud` that the client asked for, where it is to read it back. */
  readonly audienceClaim?: string;
}

/** A token that was found good. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface Tokens {
  issue(request: TokenRequest): Promise<string>;
  /** Throws `Unauthenticated` for a token that is absent, forged, expired or for another audience; says which. */
  verify(token: string | undefined, accepted: readonly Audience[]): Promise<Principal>;
  /** As `verify`, for who must know when the token ends: tokens traded for others may not outlive it. */
  inspect(token: string | undefined, accepted: readonly Audience[]): Promise<VerifiedToken>;
}
