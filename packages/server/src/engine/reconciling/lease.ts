import type { Clock } from "../../base/clock.ts";
import { WriteConflict } from "../../database/database.ts";
import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import type { ControlDatabase, Step } from "../resources/resource-store.ts";

const LEASE_NAME = "reconciler";
export const LEASE_MS = 15_000;
export const LEASE_RENEW_MS = 5_000;

/**
 * The right to reconcile, held by one server at a time. Every write of an outcome carries {@link Lease.guard}, so that
 * a server that was frozen past its lease writes nothing over its successor's work.
 */
export class Lease {
  readonly #database: ControlDatabase;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #touch: PreparedQuery<unknown>;

  constructor(database: ControlDatabase, clock: Clock, owner: string) {
    this.#database = database;
    this.#clock = clock;
    this.#owner = owner;
    this.#touch = prepareQuery(() =>
      database.sql.updateTable("leases").set({ owner }).where("name", "=", LEASE_NAME).where("owner", "=", owner),
    );
  }

  /** Takes or renews the lease; `false` while another server holds it. `force` takes it from a dead one. */
  async acquire(options: { force: boolean }): Promise<boolean> {
    const now = this.#clock.now();
    const { sql } = this.#database;
    const values = { name: LEASE_NAME, owner: this.#owner, expires_at: now + LEASE_MS };
    const upsert = sql
      .insertInto("leases")
      .values(values)
      .onConflict((conflict) => {
        const update = conflict.column("name").doUpdateSet({ owner: values.owner, expires_at: values.expires_at });
        if (options.force) return update;
        return update.where((where) =>
          where.or([where("leases.owner", "=", this.#owner), where("leases.expires_at", "<", now)]),
        );
      });
    try {
      await this.#database.write([{ query: upsert, expectChanges: 1 }]);
      return true;
    } catch (error) {
      if (error instanceof WriteConflict) return false;
      throw error;
    }
  }

  async release(): Promise<void> {
    const { sql } = this.#database;
    const query = sql.deleteFrom("leases").where("name", "=", LEASE_NAME).where("owner", "=", this.#owner);
    await this.#database.write([query]);
  }

  /** A step that undoes its batch unless this server holds the lease. */
  guard(): Step {
    return { query: this.#touch(this.#owner, LEASE_NAME, this.#owner), expectChanges: 1 };
  }
}
