import { Pool } from "undici";

import type { ServedReplica } from "../../engine/serving/serving-table.ts";
import { CONNECT_TIMEOUT_MS } from "./inference-limits.ts";

/** Connections kept open to each replica. */
const KEEP_ALIVE_MS = 30_000;

/** One pool of connections to each replica, made at its first request. */
export class ReplicaPools {
  readonly #pools = new Map<string, Pool>();

  get(replica: ServedReplica): Pool {
    const known = this.#pools.get(replica.taskId);
    if (known !== undefined) return known;
    const pool = new Pool(`http://${replica.host}:${replica.port}`, {
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS, noDelay: true },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    this.#pools.set(replica.taskId, pool);
    return pool;
  }

  /** Lets requests under way finish and closes; a replica that left the table gets no new ones. */
  drop(replica: ServedReplica): void {
    const pool = this.#pools.get(replica.taskId);
    this.#pools.delete(replica.taskId);
    void pool?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
