import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { BlobEngine } from "../../blobs/blob-engine.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { Tokens } from "../../engine/access/tokens.ts";

export interface StorageAccess {
  readonly account: string;
  /** Both `undefined` for what concerns the account, the name alone for what concerns the container. */
  readonly container: string | undefined;
  readonly name: string | undefined;
  /** `manage`: containers are made, changed and deleted. */
  readonly kind: "read" | "write" | "delete" | "manage";
}

export interface BlobProtocolDependencies {
  readonly blobs: BlobEngine;
  readonly tokens: Pick<Tokens, "verify">;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked for bearer tokens alone: shared keys and SAS carry their rights. Throws `Forbidden`. */
  authorize(principal: Principal, access: StorageAccess): Promise<void>;
  /** Web origins that browsers may call from; `*` for all. None by default. */
  readonly corsOrigins?: readonly string[];
  /** How long a sender may pause in the middle of a body; a minute by default. */
  readonly bodySilenceMsMax?: number;
}
