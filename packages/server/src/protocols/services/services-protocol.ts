import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyPluginAsync } from "fastify";

import { findService, type FindServiceDependencies } from "./find-service.ts";
import { forwardRequest } from "./forward-request.ts";
import { forwardUpgrade, refuseUpgrade } from "./forward-upgrade.ts";
import { renderError } from "./render-error.ts";

const PREFIX = "/services/";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Programs beside the commands of jobs (JupyterLab, TensorBoard, VS Code), passed through to whoever may use them, with
 * WebSockets. The programs themselves listen on the node's loopback alone.
 */
export function servicesProtocol(deps: FindServiceDependencies): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    // The body is left in the socket: it goes on as it comes.
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.route({
      method: METHODS,
      url: `${PREFIX}*`,
      handler: (request, reply) => {
        reply.hijack();
        return answer(request.raw, reply.raw, deps);
      },
    });
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      upgrade({ request, socket, head }, deps).catch((error: unknown) => {
        logBug(error, request, deps);
        refuseUpgrade(socket, renderError(error));
      });
    };
    app.server.on("upgrade", onUpgrade);
    app.addHook("onClose", async () => void app.server.off("upgrade", onUpgrade));
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  deps: FindServiceDependencies,
): Promise<void> {
  try {
    const service = await findService(request, deps);
    await forwardRequest(service, request, response);
  } catch (error) {
    logBug(error, request, deps);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, body } = renderError(error);
    // What is left of an unread body would be taken for the next request.
    response.writeHead(status, {
      "content-type": "application/json",
      ...(!request.complete && { connection: "close" }),
    });
    response.end(body);
  }
}

async function upgrade(
  arrival: { request: IncomingMessage; socket: Duplex; head: Buffer },
  deps: FindServiceDependencies,
): Promise<void> {
  const { request } = arrival;
  if (request.url?.startsWith(PREFIX) !== true) {
    throw new PlatformError("NotFound", "Nothing at this address takes another protocol than HTTP.");
  }
  forwardUpgrade(await findService(request, deps), arrival);
}

function logBug(error: unknown, request: IncomingMessage, { log }: FindServiceDependencies): void {
  if (error instanceof PlatformError) return;
  log.error({ err: error, path: request.url?.split("?")[0] }, "a request to a job's service failed");
}
