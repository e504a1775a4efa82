import type { Database } from "../../database/database.ts";
import type { Share } from "../../domain/placement/capacity.ts";
import type { ComputePools } from "./compute-pools.ts";
import type { QuotaTables } from "./quota-schema.ts";

/** What kinds of nodes a workspace's quota is about. */
export const QUOTA_NAMES = ["nodes", "lowPriorityNodes"] as const;

export type QuotaName = (typeof QUOTA_NAMES)[number];

/** A workspace's limits on nodes at work at a time. They hold for whoever asks for nodes from then on. */
export class Quotas {
  readonly #database: Database<QuotaTables>;
  readonly #pools: ComputePools;

  constructor(parts: { database: Database<QuotaTables>; pools: ComputePools }) {
    this.#database = parts.database;
    this.#pools = parts.pools;
  }

  /** Puts the stored limits into force; before any job asks for nodes. */
  async restore(): Promise<void> {
    const rows = await this.#database.read(this.#database.sql.selectFrom("quotas").selectAll());
    for (const row of rows) {
      const [kind, key] = splitShare(row.share);
      if (kind !== undefined) this.#pools.setLimit(shareOf(kind, key), Number(row.node_limit));
    }
  }

  /** @param limit `undefined` takes the limit away. */
  async set(quota: { name: QuotaName; workspaceKey: string }, limit: number | undefined): Promise<void> {
    const share = shareOf(quota.name, quota.workspaceKey);
    const { sql } = this.#database;
    const remove = sql.deleteFrom("quotas").where("share", "=", share);
    const insert = limit === undefined ? [] : [sql.insertInto("quotas").values({ share, node_limit: limit })];
    await this.#database.write([remove, ...insert]);
    this.#pools.setLimit(share, limit);
  }

  /** How many nodes of the kind the workspace has at work, and how many it may have; `undefined` for no limit. */
  describe(quota: { name: QuotaName; workspaceKey: string }): { used: number; limit: number | undefined } {
    const share = shareOf(quota.name, quota.workspaceKey);
    return { used: this.#pools.shares.used(share), limit: this.#pools.shares.limits.get(share) };
  }
}

function shareOf(name: QuotaName, workspaceKey: string): Share {
  return name === "nodes" ? `workspace:${workspaceKey}` : `low-priority:${workspaceKey}`;
}

function splitShare(share: string): [QuotaName | undefined, string] {
  const end = share.indexOf(":");
  const kind = share.slice(0, end);
  const name = kind === "workspace" ? "nodes" : kind === "low-priority" ? "lowPriorityNodes" : undefined;
  return [name, share.slice(end + 1)];
}
