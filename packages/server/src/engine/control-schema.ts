import type { Generated } from "kysely";

import type { Migration } from "../database/database.ts";

/** Tables of control.db that belong to the engine itself. JSON is kept as text on both dialects. */
export interface ControlSchema {
  resources: ResourceRow;
  operations: OperationRow;
  changes: ChangeRow;
  resource_groups: { key: string; id: string; name: string; body: string };
  leases: { name: string; owner: string; expires_at: number };
}

export interface ResourceRow {
  key: string;
  id: string;
  type: string;
  name: string;
  parent_key: string;
  envelope: string;
  properties: string;
  state: string;
  provisioning_state: string;
  revision: number;
  generation: number;
  created_at: number;
  created_by: string;
  updated_at: number;
  updated_by: string;
  deleted_at: number | null;
  /** When the reconciler is to look; NULL when desired and actual agree. */
  reconcile_at: number | null;
  /** Key of the resource that this one works for, as a trial for its sweep; NULL for one that stands alone. */
  owner_key: string | null;
}

export interface OperationRow {
  id: string;
  resource_key: string;
  resource_id: string;
  kind: string;
  status: string;
  generation: number;
  error: string | null;
  started_at: number;
  ended_at: number | null;
}

export interface ChangeRow {
  sequence: Generated<number>;
  at: number;
  key: string;
  id: string;
  type: string;
  action: string;
  revision: number;
  principal: string;
}

export const controlMigrations: readonly Migration[] = [
  {
    name: "engine",
    statements: ({ autoId }) => [
      `CREATE TABLE resources (
        key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, parent_key TEXT NOT NULL,
        envelope TEXT NOT NULL, properties TEXT NOT NULL, state TEXT NOT NULL, provisioning_state TEXT NOT NULL,
        revision BIGINT NOT NULL, generation BIGINT NOT NULL,
        created_at BIGINT NOT NULL, created_by TEXT NOT NULL, updated_at BIGINT NOT NULL, updated_by TEXT NOT NULL,
        deleted_at BIGINT, reconcile_at BIGINT)`,
      "CREATE INDEX resources_by_name ON resources (parent_key, type, key)",
      "CREATE INDEX resources_by_age ON resources (parent_key, type, created_at, key)",
      "CREATE INDEX resources_by_type ON resources (type, key)",
      "CREATE INDEX resources_to_reconcile ON resources (reconcile_at) WHERE reconcile_at IS NOT NULL",
      `CREATE TABLE operations (
        id TEXT PRIMARY KEY, resource_key TEXT NOT NULL, resource_id TEXT NOT NULL, kind TEXT NOT NULL,
        status TEXT NOT NULL, generation BIGINT NOT NULL, error TEXT, started_at BIGINT NOT NULL, ended_at BIGINT)`,
      "CREATE INDEX operations_open ON operations (resource_key) WHERE status = 'InProgress'",
      `CREATE TABLE changes (
        sequence ${autoId}, at BIGINT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
        action TEXT NOT NULL, revision BIGINT NOT NULL, principal TEXT NOT NULL)`,
      "CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at BIGINT NOT NULL)",
    ],
  },
  {
    name: "resource groups",
    statements: () => [
      "CREATE TABLE resource_groups (key TEXT PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL)",
    ],
  },
  {
    name: "owners of resources",
    statements: () => [
      "ALTER TABLE resources ADD COLUMN owner_key TEXT",
      "CREATE INDEX resources_by_owner ON resources (owner_key, created_at, key) WHERE owner_key IS NOT NULL",
      "CREATE INDEX resources_alone_by_age ON resources (parent_key, type, created_at, key) WHERE owner_key IS NULL",
    ],
  },
];
