import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import { findOperation } from "./find-operation.ts";
import type { HistoryDependencies } from "./history-dependencies.ts";
import { openLogLink } from "./log-links.ts";
import { parsePath } from "./parse-path.ts";
import { renderHistoryError } from "./render-error.ts";

const BODY_BYTES_MAX = 1024 * 1024;
const READ_ACTION = "Microsoft.MachineLearningServices/workspaces/experiments/runs/read";

const querySchema = z.record(
  z.string(),
  z.union([z.string(), z.array(z.string()).transform((values) => values[0] ?? "")]),
);
const logParams = z.object({ link: z.string() });
const guidParams = z.object({ guid: z.string() });

/** Run history and the other data planes that Azure's clients find through the discovery document. */
export function historyProtocol(deps: HistoryDependencies): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string", bodyLimit: BODY_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    );
    app.setErrorHandler((error, request, reply) => refuse(error, { request, reply, deps }));
    app.get("/discovery/workspaces/:guid", async (request) =>
      renderDiscovery(guidParams.parse(request.params).guid, deps),
    );
    app.get("/history/v1.0/logs/:link/*", async (request, reply) => {
      const { contentType, content } = await openLogLink(logParams.parse(request.params).link, deps);
      return reply.type(contentType).header("cache-control", "no-store").send(content);
    });
    for (const service of ["history", "data", "modelregistry", "artifact", "metric"]) {
      app.all(`/${service}/*`, (request) => serve(request, deps));
    }
  };
}

async function serve(request: FastifyRequest, deps: HistoryDependencies): Promise<unknown> {
  const path = parsePath(request.url.split("?")[0] ?? "");
  const operation = path === undefined ? undefined : findOperation(request.method, path);
  const principal = await deps.authenticate(request.headers, ["management"]);
  if (path === undefined || operation === undefined) {
    throw new PlatformError(
      "NotFound",
      `There is no operation '${request.method} ${request.url.split("?")[0] ?? ""}'.`,
    );
  }
  await deps.access.assertCan(principal, READ_ACTION, path.workspaceId);
  await deps.engine.context.resources.get(path.workspaceId);
  const { workspaceId, parts } = path;
  const query = querySchema.parse(request.query);
  return operation(
    { method: request.method, workspaceId, parts, query, body: parseBody(request.body), principal },
    deps,
  );
}

function parseBody(body: unknown): unknown {
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PlatformError("BadRequest", "The request's body is not JSON.", { cause: error });
  }
}

/** Read without a token: it names addresses that everybody may know. */
function renderDiscovery(_guid: string, { baseUrl }: HistoryDependencies): Record<string, string> {
  const services = ["history", "experimentation", "hyperdrive", "pipelines", "modelmanagement", "catalog", "gallery"];
  return {
    api: baseUrl,
    mlflow: baseUrl,
    studio: baseUrl,
    labeling: baseUrl,
    ...Object.fromEntries(services.map((service) => [service, baseUrl])),
  };
}

function refuse(error: unknown, context: { request: FastifyRequest; reply: FastifyReply; deps: HistoryDependencies }) {
  const { request, reply, deps } = context;
  const { status, body, isBug } = renderHistoryError(error);
  if (isBug) deps.log.error({ err: error, method: request.method, url: request.url }, "A run history request failed.");
  return reply.code(status).send(body);
}
