import type { FastifyPluginAsync } from "fastify";

import { addCloudMetadataRoutes } from "./cloud-metadata.ts";
import { addManagedIdentityRoutes } from "./managed-identity.ts";
import { addOauthRoutes } from "./oauth.ts";
import { addRegistryDiscoveryRoutes } from "./registry-discovery.ts";
import { renderError } from "./render-error.ts";
import { addSignInRoutes } from "./sign-in.ts";
import type { TokenDependencies } from "./token-dependencies.ts";

/** Forms and queries here are short; a longer body is a mistake or an attack. */
const BODY_BYTES_MAX = 64 * 1024;

/** How clients find this cloud and get tokens: metadata, managed identity, OAuth2, sign-in links, registry discovery. */
export function tokenProtocol(deps: TokenDependencies): FastifyPluginAsync {
  return async (app) => {
    app.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
    );
    app.addHook("onSend", async (_request, reply) => {
      if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    });
    app.setErrorHandler((error, request, reply) => {
      const rendered = renderError(error);
      if (rendered.status >= 500) deps.log.error({ error, path: request.url.split("?")[0] }, "A token request failed.");
      return reply.code(rendered.status).headers(rendered.headers).send(rendered.body);
    });
    addCloudMetadataRoutes(app, deps);
    addManagedIdentityRoutes(app, deps);
    addOauthRoutes(app, deps);
    addSignInRoutes(app, deps);
    addRegistryDiscoveryRoutes(app, deps);
  };
}
