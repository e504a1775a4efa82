import type { Authenticate } from "../../engine/access/authenticate.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { Engine } from "../../engine/engine.ts";

export interface ArmDependencies {
  readonly engine: Engine;
  readonly authenticate: Authenticate;
  readonly access: { assertCan(principal: Principal, action: string, id: string): Promise<void> };
  /** Base URL that callers reach this server under, without a final slash. */
  readonly baseUrl: string;
  /** Of this server, for its OpenAPI document. */
  readonly version: string;
  /** Facts of a location, as `vmSizes` and `usages`: collection name to its answer. */
  readonly locationFacts: ReadonlyMap<string, LocationFact>;
}

/** What a location answers about itself. */
export interface LocationFact {
  readonly method: "GET" | "POST";
  answer(request: {
    readonly subscription: string;
    readonly body: unknown;
    readonly principal: Principal;
  }): Promise<unknown>;
}

/** A request to a resource path, taken apart and authenticated. */
export interface ArmRequest {
  readonly method: string;
  /** Path below the mount point, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly principal: Principal;
  /** What stands before `/subscriptions`: empty, or the registry's mount. */
  readonly mount: string;
}

export interface ArmReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
