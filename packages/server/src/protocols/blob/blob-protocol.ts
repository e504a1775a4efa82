import { randomUUID } from "node:crypto";

import { describeError } from "@lazuli/contract/errors.ts";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

import { authenticate } from "./authenticate.ts";
import type { BlobProtocolDependencies } from "./blob-protocol-dependencies.ts";
import { answerPreflight, renderCorsHeaders } from "./cors.ts";
import { refuseUnsupported } from "./parse-headers.ts";
import { pickOperation } from "./pick-operation.ts";
import { BODY_SILENCE_MS_MAX, limitSilence } from "./request-body.ts";
import { renderError, toPlatformError } from "./render-error.ts";
import type { StorageReply } from "./storage-operation.ts";
import { parseStorageRequest } from "./storage-request.ts";

const ROUTE = "/:storageHost(^[a-z0-9]{3,24}\\.blob\\.core\\.lazuli$)";
const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];
/** What is answered to a client that names no version, and to one that names what is no version. */
const DEFAULT_VERSION = "2025-07-05";
const VERSION = /^\d{4}-\d{2}-\d{2}$/;
const CLIENT_REQUEST_ID = /^[\x20-\x7e]{1,1024}$/;

/** Azure's Blob service under `/<account>.blob.core.lazuli/`: one engine below, Azure's words above. */
export function blobProtocol(dependencies: BlobProtocolDependencies): FastifyPluginAsync {
  return async (fastify) => {
    fastify.removeAllContentTypeParsers();
    // Bodies are content, whatever they call themselves; operations read them from the raw request.
    fastify.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const handler = async (request: FastifyRequest, reply: FastifyReply) => {
      const requestId = randomUUID();
      const answer = await answerRequest(request, requestId, dependencies);
      const headers = { ...renderCommonHeaders(request, requestId), ...answer.headers };
      const cors = renderCorsHeaders(request.headers.origin, dependencies.corsOrigins ?? []);
      sendHeaders(reply, answer.status, { ...headers, ...cors });
      return reply.send(request.method === "HEAD" ? undefined : answer.body);
    };
    fastify.setErrorHandler((error, request, reply) => {
      const requestId = randomUUID();
      const answer = explain(error, requestId, dependencies);
      void reply.code(answer.status).headers({ ...renderCommonHeaders(request, requestId), ...answer.headers });
      return reply.send(answer.body);
    });
    for (const url of [ROUTE, `${ROUTE}/*`]) {
      fastify.route({ method: METHODS, url, handler, exposeHeadRoute: false });
    }
  };
}

/** Metadata keeps the case of its names; Fastify would lower it. */
function sendHeaders(reply: FastifyReply, status: number, headers: Readonly<Record<string, string>>): void {
  void reply.code(status);
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("x-ms-meta-")) reply.raw.setHeader(name, value);
    else void reply.header(name, value);
  }
}

async function answerRequest(
  request: FastifyRequest,
  requestId: string,
  dependencies: BlobProtocolDependencies,
): Promise<StorageReply> {
  try {
    if (request.method === "OPTIONS") return answerPreflight(request, dependencies.corsOrigins ?? []);
    const parsed = parseStorageRequest(request.raw, request.ip);
    const operation = pickOperation(parsed);
    const grant = await authenticate(parsed, operation, dependencies);
    refuseUnsupported(parsed);
    limitSilence(request.raw, dependencies.bodySilenceMsMax ?? BODY_SILENCE_MS_MAX);
    return await operation.run(parsed, { ...dependencies, grant });
  } catch (error) {
    return explain(error, requestId, dependencies);
  }
}

function explain(error: unknown, requestId: string, { log }: BlobProtocolDependencies): StorageReply {
  const known = toPlatformError(error);
  if (known === undefined && !isClientGone(error)) {
    const stack = error instanceof Error ? error.stack : undefined;
    log.error({ requestId, error: describeError(error), stack }, "A blob request failed.");
  }
  return renderError(known, requestId);
}

/** The answer to it goes nowhere; it is no fault of ours. */
function isClientGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

function renderCommonHeaders(request: FastifyRequest, requestId: string): Record<string, string> {
  const version = request.headers["x-ms-version"];
  const clientRequestId = request.headers["x-ms-client-request-id"];
  return {
    "x-ms-request-id": requestId,
    "x-ms-version": typeof version === "string" && VERSION.test(version) ? version : DEFAULT_VERSION,
    ...(typeof clientRequestId === "string" &&
      CLIENT_REQUEST_ID.test(clientRequestId) && { "x-ms-client-request-id": clientRequestId }),
  };
}
