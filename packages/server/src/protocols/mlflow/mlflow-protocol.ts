import type { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

import { serveArtifacts, type ArtifactReply } from "./artifacts/artifact-routes.ts";
import { createOperationTable, type OperationTable } from "./find-operation.ts";
import type { MlflowDependencies, OperationContext } from "./operation.ts";
import { mlflowOperations } from "./mlflow-operations.ts";
import { parseMlflowPath, type MlflowPath } from "./mlflow-path.ts";
import { readJson } from "./read-json.ts";
import { renderError } from "./render-error.ts";
import { renderUiPage } from "./ui-page.ts";
import { createWorkspaceFinder, type WorkspaceFinder } from "./workspace-finder.ts";

/** What clients hear as their server's version. From 3.4 on they send spans by OTLP instead of as a file. */
const MLFLOW_VERSION = "3.3.2";

/**
 * MLflow's tracking and registry API of every workspace, under `/mlflow/v1.0/…` and `/mlflow/v2.0/…`.
 *
 * One route takes all: Azure ignores the case of the workspace's path, and the table of operations is a map.
 */
export function mlflowProtocol(deps: MlflowDependencies): FastifyPluginAsync {
  return async (app) => {
    const table = createOperationTable(mlflowOperations);
    const workspaces = createWorkspaceFinder(deps);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    app.all("/mlflow/*", (request, reply) => serve({ deps, table, workspaces }, request, reply));
  };
}

interface Services {
  readonly deps: MlflowDependencies;
  readonly table: OperationTable;
  readonly workspaces: WorkspaceFinder;
}

async function serve(services: Services, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  try {
    const path = parseMlflowPath(request.url);
    if (path === undefined) throw unknownEndpoint(request.method, request.url.split("?")[0] ?? "");
    if (path.operation === "" && request.method === "GET") {
      const page = renderUiPage();
      return await reply.headers(page.headers).type("text/html; charset=utf-8").send(page.html);
    }
    if (path.operation === "/health") return await reply.type("text/plain").send("OK");
    if (path.operation === "/version") return await reply.type("text/plain").send(MLFLOW_VERSION);
    const principal = await services.deps.authenticate(request.headers, ["management"]);
    const scope = await services.workspaces.get(path.workspaceId);
    const context = { ...services.deps, ...scope, principal };
    if (path.operation.startsWith("/mlflow-artifacts/")) return await serveArtifact(path, context, { request, reply });
    const found = services.table.find(request.method, path.operation);
    if (found === undefined) throw unknownEndpoint(request.method, path.operation);
    await services.deps.access.assertCan(principal, actionOf(found.operation.action), context.workspaceId);
    const input = request.method === "GET" ? path.query : await readJson(bodyOf(request));
    const answer = await found.operation.run({ ...path.query, ...input, ...found.pathInput }, context);
    return await reply.type("application/json").send(JSON.stringify(answer));
  } catch (error) {
    if (!(error instanceof PlatformError)) {
      services.deps.log.error({ err: error, method: request.method, url: request.url }, "An MLflow request failed.");
    }
    const { status, body } = renderError(error);
    return reply.code(status).type("application/json").send(JSON.stringify(body));
  }
}

async function serveArtifact(
  path: MlflowPath,
  context: OperationContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<unknown> {
  const verb = request.method === "GET" ? "read" : request.method === "DELETE" ? "delete" : "write";
  await context.access.assertCan(context.principal, actionOf(`experiments/runs/${verb}`), context.workspaceId);
  const body = bodyOf(request);
  const answer = await serveArtifacts(
    {
      method: request.method,
      path: path.operation.slice("/mlflow-artifacts".length),
      query: path.query,
      body,
      readJson: () => readJson(body),
      apiUrl: context.baseUrl + path.apiPath,
      authorization: request.headers.authorization ?? "",
    },
    context,
  );
  return sendArtifact(reply, answer);
}

/** Files of users are never shown as pages of ours: always an attachment, and nothing guesses its type. */
function sendArtifact(reply: FastifyReply, { json, file, etag }: ArtifactReply): FastifyReply {
  if (etag !== undefined) void reply.header("etag", etag);
  if (file === undefined) return reply.type("application/json").send(JSON.stringify(json));
  const name = encodeURIComponent(file.properties.name.split("/").at(-1) ?? "artifact");
  return reply
    .type("application/octet-stream")
    .header("content-length", file.properties.sizeBytes)
    .header("content-disposition", `attachment; filename*=UTF-8''${name}`)
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "sandbox")
    .send(file.content);
}

function actionOf(action: string): string {
  return `${MACHINE_LEARNING}/workspaces/${action}`;
}

function bodyOf(request: FastifyRequest): Readable {
  return request.raw;
}

function unknownEndpoint(method: string, path: string): PlatformError {
  return new PlatformError("NotFound", `No such endpoint: ${method} ${path}`, { azureCode: "ENDPOINT_NOT_FOUND" });
}
