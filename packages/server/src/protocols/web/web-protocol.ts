import type { FastifyPluginAsync } from "fastify";

import { addChangeRoutes } from "./change-routes.ts";
import { addFileRoutes } from "./file-routes.ts";
import { addLogRoutes } from "./log-routes.ts";
import { addMetricRoutes } from "./metric-routes.ts";
import { renderError } from "./render-error.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { addStudioRoutes } from "./studio-routes.ts";
import type { WebDependencies } from "./web-dependencies.ts";

/** Studio: its pages, and under `/studio/api/` what a browser needs beyond the APIs that all clients share. */
export function webProtocol(deps: WebDependencies): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler((error, request, reply) => {
      const { status, body } = renderError(error);
      const path = request.url.split("?")[0];
      if (status >= 500) deps.log.error({ err: error, path }, "A request of Studio failed.");
      return reply.code(status).send(body);
    });
    app.addHook("onSend", async (_request, reply) => {
      reply.header("x-content-type-options", "nosniff");
      if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    });
    await addStudioRoutes(app, deps);
    addSessionRoutes(app, deps);
    addChangeRoutes(app, deps);
    addLogRoutes(app, deps);
    addMetricRoutes(app, deps);
    addFileRoutes(app, deps);
  };
}
