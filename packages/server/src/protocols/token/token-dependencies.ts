import type { JWK } from "jose";

import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Owner } from "../../engine/access/owner.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { Sessions } from "../../engine/access/sessions.ts";
import type { Tokens } from "../../engine/access/tokens.ts";

export interface TokenDependencies {
  /** `https://127.0.0.1:8470`: how callers reach this server, without a final slash. */
  readonly baseUrl: string;
  readonly owner: Owner;
  readonly tokens: Tokens & { publicKeys(): JWK[] };
  readonly sessions: Sessions;
  readonly access: { signIn(clientId: string, secret: string): Promise<Principal> };
  /** Where a registry lies; `undefined` when there is none of that name. */
  findRegistry(name: string): Promise<RegistryPlace | undefined>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RegistryPlace {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly location: string;
}
