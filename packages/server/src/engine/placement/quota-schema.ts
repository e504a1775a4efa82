import type { Migration } from "../../database/database.ts";

/** Limits that somebody set on what computes share; a share without a row has the machine's own. */
export interface QuotaTables {
  quotas: { share: string; node_limit: number };
}

export const quotaMigrations: readonly Migration[] = [
  {
    name: "quotas",
    statements: () => ["CREATE TABLE quotas (share TEXT PRIMARY KEY, node_limit BIGINT NOT NULL)"],
  },
];
