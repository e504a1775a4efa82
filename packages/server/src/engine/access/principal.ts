/** Who a request acts as, read from its verified token by the protocol that received it. */
export interface Principal {
  /** Object id, the token's `oid`. */
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly kind: "user" | "servicePrincipal" | "task";
  /** Resource keys (lower-case ids) that the token is limited to, with all below them; `undefined`: no limit of its own. */
  readonly scopes: readonly string[] | undefined;
}

/** The platform acting on its own behalf: first start, reconcilers, schedules. */
export const systemPrincipal: Principal = {
  id: "00000000-0000-0000-0000-000000000000",
  tenantId: "00000000-0000-0000-0000-000000000000",
  name: "Lazuli",
  kind: "servicePrincipal",
  scopes: undefined,
};
