import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql, type Kysely } from "kysely";

import type { Clock } from "../../base/clock.ts";
import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import {
  accessQueries,
  type AccessDatabase,
  type AccessSchema,
  type PrincipalRow,
  type RoleAssignmentRow,
} from "./access-schema.ts";
import { systemPrincipal, type Principal } from "./principal.ts";
import { findRole, isWithinScope, permits } from "./roles.ts";
import { digestSecret, isSecret, newSecret } from "./secret-digest.ts";

/** What a task may do inside its scopes. */
const TASK_ROLE = "AzureML Data Scientist";
const EVERYTHING = "/";

export interface AccessOptions {
  readonly database: AccessDatabase;
  readonly clock: Clock;
  newId(): string;
}

export interface RoleGrant {
  readonly principalId: string;
  /** Name of a built-in role. */
  readonly role: string;
  /** ARM id; the grant holds for all below it. */
  readonly scope: string;
}

/** Opens who-may-do-what over the control database, and sees to it that the owner of the home is in it. */
export async function openAccess(options: AccessOptions, owner: Principal): Promise<Access> {
  const access = new Access(options);
  await access.ensurePrincipal(owner);
  await access.grant({ principalId: owner.id, role: "Owner", scope: EVERYTHING });
  return access;
}

/** Principals and the roles they hold. Read on every question, so that a grant taken back ends at once. */
export class Access {
  readonly #database: AccessDatabase;
  readonly #sql: Kysely<AccessSchema>;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #findGrants: PreparedQuery<RoleAssignmentRow>;

  constructor(options: AccessOptions) {
    this.#database = options.database;
    this.#sql = accessQueries(options.database);
    this.#clock = options.clock;
    this.#newId = () => options.newId();
    this.#findGrants = prepareQuery(() =>
      this.#sql.selectFrom("role_assignments").selectAll().where("principal_id", "=", ""),
    );
  }

  /** Throws `Forbidden` unless a role of the principal allows the action on the id, within the token's own scopes. */
  async assertCan(principal: Principal, action: string, id: string): Promise<void> {
    if (await this.can(principal, action, id)) return;
    throw new PlatformError(
      "Forbidden",
      `'${principal.name}' may not do '${action}' on '${id}'; ask an owner for a role that allows it.`,
      { azureCode: "AuthorizationFailed" },
    );
  }

  async can(principal: Principal, action: string, id: string): Promise<boolean> {
    if (principal === systemPrincipal) return true;
    if (principal.scopes?.some((scope) => isWithinScope(id, scope)) === false) return false;
    if (principal.kind === "task") return principal.scopes !== undefined && roleAllows(TASK_ROLE, action);
    const grants = await this.listGrants(principal.id);
    return grants.some((grant) => isWithinScope(id, grant.scope) && roleAllows(grant.role, action));
  }

  async listGrants(principalId: string): Promise<readonly RoleGrant[]> {
    const rows = await this.#database.read(this.#findGrants(principalId));
    return rows.map((row) => ({ principalId: row.principal_id, role: row.role, scope: row.scope }));
  }

  /** Gives a role; giving it twice changes nothing. Throws `BadRequest` for an unknown role. */
  async grant(grant: RoleGrant): Promise<void> {
    const role = findRole(grant.role);
    if (role === undefined)
      throw new PlatformError("BadRequest", `There is no role '${grant.role}'.`, { target: "role" });
    const held = await this.listGrants(grant.principalId);
    if (held.some((other) => other.role === role.name && other.scope === grant.scope)) return;
    await this.#database.write([
      this.#sql.insertInto("role_assignments").values({
        id: this.#newId(),
        principal_id: grant.principalId,
        role: role.name,
        scope: grant.scope,
        created_at: this.#clock.now(),
      }),
    ]);
  }

  async findPrincipal(id: string): Promise<Principal | undefined> {
    const row = await this.#findRow(id);
    return row === undefined ? undefined : toPrincipal(row);
  }

  async ensurePrincipal(principal: Principal): Promise<void> {
    await this.#insert(principal, null);
  }

  /** Makes a service principal; its secret is told this once and kept as a digest. */
  async createServicePrincipal(name: string, tenantId: string, id: string): Promise<{ readonly secret: string }> {
    const secret = newSecret();
    const principal: Principal = { id, tenantId, name, kind: "servicePrincipal", scopes: undefined };
    await this.#insert(principal, digestSecret(secret));
    return { secret };
  }

  /** The service principal of a client id and secret. Throws `Unauthenticated` without saying which of them is wrong. */
  async signIn(clientId: string, secret: string): Promise<Principal> {
    const row = await this.#findRow(clientId.toLowerCase());
    if (row?.secret_digest && isSecret(secret, row.secret_digest)) return toPrincipal(row);
    throw new PlatformError("Unauthenticated", `Client '${clientId}' does not exist or its secret is wrong.`);
  }

  async #findRow(id: string): Promise<PrincipalRow | undefined> {
    const rows = await this.#database.read(this.#sql.selectFrom("principals").selectAll().where("id", "=", id));
    return rows[0];
  }

  async #insert(principal: Principal, secretDigest: string | null): Promise<void> {
    const row: PrincipalRow = {
      id: principal.id,
      tenant_id: principal.tenantId,
      name: principal.name,
      kind: principal.kind,
      secret_digest: secretDigest,
      created_at: this.#clock.now(),
    };
    const insert = this.#sql.insertInto("principals").values(row);
    await this.#database.write([
      insert.onConflict((conflict) => conflict.column("id").doUpdateSet({ name: sql`excluded.name` })),
    ]);
  }
}

function roleAllows(name: string, action: string): boolean {
  const role = findRole(name);
  return role !== undefined && permits(role, action);
}

function toPrincipal(row: PrincipalRow): Principal {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    kind: row.kind === "user" ? "user" : "servicePrincipal",
    scopes: undefined,
  };
}
