import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { audienceOfClaim, defaultAudienceClaim } from "../../engine/access/audiences.ts";
import type { TokenDependencies } from "./token-dependencies.ts";

/** As Microsoft Entra's access tokens. */
const LIFETIME_SECONDS = 3600;
const DEFAULT_SCOPE = "/.default";
const OWN_AUDIENCE = "urn:lazuli:";

const formSchema = z.object({
  grant_type: z.string(),
  client_id: z.string().min(1).max(200),
  client_secret: z.string().min(1).max(1000),
  /** Version 2: `https://management.azure.com/.default`, maybe with others beside it. */
  scope: z.string().max(4000).optional(),
  /** Version 1. */
  resource: z.string().max(1000).optional(),
});

const tenantSchema = z.object({ tenant: z.string().min(1).max(200) });

/** The OAuth2 side of Microsoft Entra, for service principals: client credentials, discovery and the public keys. */
export function addOauthRoutes(app: FastifyInstance, deps: TokenDependencies): void {
  const issueToken = async (params: unknown, body: unknown): Promise<object> => {
    assertTenant(tenantSchema.parse(params).tenant);
    const form = formSchema.parse(body);
    if (form.grant_type !== "client_credentials") {
      throw new PlatformError(
        "Unsupported",
        `The grant '${form.grant_type}' is not given here; use 'client_credentials'.`,
      );
    }
    const principal = await deps.access.signIn(form.client_id, form.client_secret);
    const claim = readAudienceClaim(form);
    const audience = audienceOfClaim(claim, []) ?? "management";
    const request = { principal, audience, audienceClaim: claim, lifetimeSeconds: LIFETIME_SECONDS };
    return {
      token_type: "Bearer",
      expires_in: LIFETIME_SECONDS,
      ext_expires_in: LIFETIME_SECONDS,
      access_token: await deps.tokens.issue(request),
    };
  };
  app.post("/:tenant/oauth2/v2.0/token", (request) => issueToken(request.params, request.body));
  app.post("/:tenant/oauth2/token", (request) => issueToken(request.params, request.body));
  app.get("/:tenant/v2.0/.well-known/openid-configuration", (request) => renderConfiguration(request.params));
  app.get("/:tenant/.well-known/openid-configuration", (request) => renderConfiguration(request.params));
  app.get("/:tenant/discovery/v2.0/keys", () => ({ keys: deps.tokens.publicKeys() }));
  app.get("/:tenant/discovery/keys", () => ({ keys: deps.tokens.publicKeys() }));

  function assertTenant(tenant: string): void {
    const own = deps.owner.principal.tenantId;
    if (tenant === own || tenant === "common" || tenant === "organizations") return;
    throw new PlatformError("BadRequest", `Tenant '${tenant}' does not exist here; this server's tenant is '${own}'.`);
  }

  function renderConfiguration(params: unknown): object {
    assertTenant(tenantSchema.parse(params).tenant);
    const root = `${deps.baseUrl}/${deps.owner.principal.tenantId}`;
    return {
      issuer: `${root}/v2.0`,
      authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      token_endpoint: `${root}/oauth2/v2.0/token`,
      jwks_uri: `${root}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post"],
      grant_types_supported: ["client_credentials"],
      response_types_supported: ["token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }
}

function readAudienceClaim(form: z.infer<typeof formSchema>): string {
  const [scope] = form.scope?.split(" ").filter((word) => word.endsWith(DEFAULT_SCOPE)) ?? [];
  const claim = scope?.slice(0, -DEFAULT_SCOPE.length) ?? form.resource ?? defaultAudienceClaim("management");
  if (!claim.startsWith(OWN_AUDIENCE)) return claim;
  throw new PlatformError("BadRequest", `No token for '${claim}' is given out here.`, { target: "scope" });
}
