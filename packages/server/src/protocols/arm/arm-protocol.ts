import { PlatformError } from "@lazuli/contract/errors.ts";
import { renderOpenApi } from "@lazuli/contract/openapi.ts";
import { parseResourcePath } from "@lazuli/contract/resource-id.ts";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { answerOperation } from "./operation-routes.ts";
import { checkApiVersion, parseJson } from "./parse-request.ts";
import { renderError } from "./render-error.ts";
import { answerResource } from "./resource-routes.ts";
import { answerSubscription } from "./subscription-routes.ts";
import { TemplateDeployments } from "./template-deployments.ts";

/** Largest resource: a component or conda file of some megabytes is still one. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Where registries' clients look for the same API. */
const MOUNTS = ["", "/mferp/managementfrontend"] as const;

/** The resource API: one set of verbs for everything in the catalog. */
export function armProtocol(deps: ArmDependencies): FastifyPluginAsync {
  return async (app) => {
    const templates = new TemplateDeployments();
    app.removeAllContentTypeParsers();
    // Clients name JSON in several ways, and send the header with an empty body as well.
    app.addContentTypeParser("*", { parseAs: "string", bodyLimit: BODY_BYTES_MAX }, (_request, body, done) => {
      try {
        done(null, parseJson(String(body)));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    app.setErrorHandler((error, request, reply) => {
      if (!(error instanceof PlatformError)) request.log.error({ err: error }, "a resource request failed");
      return send(reply, renderError(error, request.id));
    });
    app.get("/openapi.json", async (request) => {
      await deps.authenticate(request.headers, ["management", "studio"]);
      return renderOpenApi(deps.version);
    });
    for (const mount of MOUNTS) {
      for (const url of [`${mount}/subscriptions`, `${mount}/subscriptions/*`]) {
        app.route({
          method: ["GET", "PUT", "PATCH", "POST", "DELETE"],
          url,
          bodyLimit: BODY_BYTES_MAX,
          handler: async (request, reply) => send(reply, await answer(await toArmRequest(request, mount, deps))),
        });
      }
    }

    async function answer(request: ArmRequest): Promise<ArmReply> {
      checkApiVersion(request.query["api-version"]);
      const path = parseResourcePath(request.path);
      if (path !== undefined) return answerResource(path, request, deps);
      const reply =
        (await templates.answer(request, deps)) ??
        (await answerOperation(request, deps)) ??
        (await answerSubscription(request, deps));
      if (reply !== undefined) return reply;
      throw new PlatformError("NotFound", `Nothing answers '${request.method} ${request.path}' here.`, {
        azureCode: "InvalidResourceType",
      });
    }
  };
}

async function toArmRequest(request: FastifyRequest, mount: string, deps: ArmDependencies): Promise<ArmRequest> {
  const question = request.url.indexOf("?");
  const whole = question < 0 ? request.url : request.url.slice(0, question);
  return {
    method: request.method,
    path: whole.slice(mount.length).replace(/\/+$/, ""),
    query: Object.fromEntries(new URLSearchParams(question < 0 ? "" : request.url.slice(question + 1))),
    headers: request.headers,
    body: request.body,
    principal: await deps.authenticate(request.headers, ["management"]),
    mount,
  };
}

function send(reply: FastifyReply, answer: ArmReply): FastifyReply {
  void reply
    .code(answer.status)
    .headers({ "x-ms-request-id": reply.request.id, "cache-control": "no-cache", ...answer.headers });
  return answer.body === undefined ? reply.send() : reply.send(answer.body);
}
