import { createQueryBuilder } from "../../database/query-builder.ts";
import type { Compilable, Kysely } from "kysely";

import type { Database, Dialect, Migration, WriteStep } from "../../database/database.ts";

export interface AccessSchema {
  principals: PrincipalRow;
  role_assignments: RoleAssignmentRow;
  sign_in_links: { token_digest: string; principal_id: string; expires_at: number };
  browser_sessions: { token_digest: string; principal_id: string; created_at: number; expires_at: number };
}

export interface PrincipalRow {
  id: string;
  tenant_id: string;
  name: string;
  kind: string;
  /** SHA-256 of a service principal's secret; NULL for who has none. */
  secret_digest: string | null;
  created_at: number;
}

export interface RoleAssignmentRow {
  id: string;
  principal_id: string;
  role: string;
  scope: string;
  created_at: number;
}

/** The part of the control database that access needs; its tables lie beside the engine's. */
export interface AccessDatabase {
  readonly dialect: Dialect;
  read: Database<unknown>["read"];
  write(steps: readonly (Compilable | WriteStep)[]): Promise<void>;
}

export function accessQueries(database: AccessDatabase): Kysely<AccessSchema> {
  return createQueryBuilder<AccessSchema>(database.dialect);
}

export const accessMigrations: readonly Migration[] = [
  {
    name: "access",
    statements: () => [
      `CREATE TABLE principals (
        id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
        secret_digest TEXT, created_at BIGINT NOT NULL)`,
      `CREATE TABLE role_assignments (
        id TEXT PRIMARY KEY, principal_id TEXT NOT NULL, role TEXT NOT NULL, scope TEXT NOT NULL,
        created_at BIGINT NOT NULL)`,
      "CREATE INDEX role_assignments_by_principal ON role_assignments (principal_id)",
      "CREATE TABLE sign_in_links (token_digest TEXT PRIMARY KEY, principal_id TEXT NOT NULL, expires_at BIGINT NOT NULL)",
      `CREATE TABLE browser_sessions (
        token_digest TEXT PRIMARY KEY, principal_id TEXT NOT NULL, created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL)`,
    ],
  },
];
