import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Kysely } from "kysely";

import type { Clock } from "../../base/clock.ts";
import { WriteConflict } from "../../database/database.ts";
import { accessQueries, type AccessDatabase, type AccessSchema } from "./access-schema.ts";
import type { Access } from "./access.ts";
import type { Principal } from "./principal.ts";
import { digestSecret, newSecret } from "./secret-digest.ts";

/** Long enough to walk to the browser, short enough that a link in a terminal's history opens nothing. */
export const SIGN_IN_LINK_SECONDS = 15 * 60;
export const BROWSER_SESSION_SECONDS = 7 * 24 * 3600;

export interface SessionsOptions {
  readonly database: AccessDatabase;
  readonly access: Access;
  readonly clock: Clock;
}

/** Browser sessions: a one-time link is traded for a cookie. Only digests are stored, so that a stolen database opens nothing. */
export class Sessions {
  readonly #database: AccessDatabase;
  readonly #sql: Kysely<AccessSchema>;
  readonly #access: Access;
  readonly #clock: Clock;

  constructor(options: SessionsOptions) {
    this.#database = options.database;
    this.#sql = accessQueries(options.database);
    this.#access = options.access;
    this.#clock = options.clock;
  }

  /** Makes the secret part of a link that signs its bearer in as this principal, once. */
  async createLinkToken(principal: Principal): Promise<string> {
    const token = newSecret();
    const now = this.#clock.now();
    await this.#database.write([
      this.#sql.deleteFrom("sign_in_links").where("expires_at", "<=", now),
      this.#sql.insertInto("sign_in_links").values({
        token_digest: digestSecret(token),
        principal_id: principal.id,
        expires_at: now + SIGN_IN_LINK_SECONDS * 1000,
      }),
    ]);
    return token;
  }

  /** Trades a link's token for a session's. Throws `Unauthenticated` when it was used, is too old or was never made. */
  async exchange(linkToken: string): Promise<string> {
    const digest = digestSecret(linkToken);
    const now = this.#clock.now();
    const link = this.#sql.selectFrom("sign_in_links").selectAll().where("token_digest", "=", digest);
    const [row] = await this.#database.read(link.where("expires_at", ">", now));
    if (row === undefined) throw refuseLink();
    const session = newSecret();
    try {
      await this.#database.write([
        { query: this.#sql.deleteFrom("sign_in_links").where("token_digest", "=", digest), expectChanges: 1 },
        this.#sql.deleteFrom("browser_sessions").where("expires_at", "<=", now),
        this.#sql.insertInto("browser_sessions").values({
          token_digest: digestSecret(session),
          principal_id: row.principal_id,
          created_at: now,
          expires_at: now + BROWSER_SESSION_SECONDS * 1000,
        }),
      ]);
    } catch (error) {
      if (error instanceof WriteConflict) throw refuseLink();
      throw error;
    }
    return session;
  }

  /** Who a session's cookie stands for. Throws `Unauthenticated` when it ended or was never there. */
  async verify(sessionToken: string | undefined): Promise<Principal> {
    const principal = sessionToken === undefined ? undefined : await this.#find(sessionToken);
    if (principal !== undefined) return principal;
    throw new PlatformError(
      "Unauthenticated",
      "You are not signed in here; run './lazuli studio' for a link that does it.",
    );
  }

  async #find(sessionToken: string): Promise<Principal | undefined> {
    const query = this.#sql
      .selectFrom("browser_sessions")
      .selectAll()
      .where("token_digest", "=", digestSecret(sessionToken));
    const [row] = await this.#database.read(query.where("expires_at", ">", this.#clock.now()));
    return row === undefined ? undefined : this.#access.findPrincipal(row.principal_id);
  }

  /** Ends a session; one that has ended already stays so. */
  async revoke(sessionToken: string): Promise<void> {
    const query = this.#sql.deleteFrom("browser_sessions").where("token_digest", "=", digestSecret(sessionToken));
    await this.#database.write([query]);
  }
}

function refuseLink(): PlatformError {
  return new PlatformError(
    "Unauthenticated",
    "This sign-in link was used already or is too old; run './lazuli studio' for a new one.",
  );
}
