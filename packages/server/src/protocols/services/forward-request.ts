import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

import type { FoundService } from "./find-service.ts";
import { headersForCaller, headersForService } from "./service-headers.ts";

// An import of 'node:http' loads the whole of the built-in undici for three of its names: 40 ms of every start.
const { request: requestHttp } = process.getBuiltinModule("node:http");
/** A program that is silent for longer has hung. Notebooks' long work goes through WebSockets. */
const SILENCE_MS_MAX = 300_000;

/** Sends the request on and the answer back, both as they come. Throws `Unavailable` when the program cannot be reached. */
export async function forwardRequest(
  service: FoundService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const onward = requestHttp({
    host: service.host,
    port: service.port,
    socketPath: service.socketPath,
    method: request.method,
    path: service.path,
    headers: headersForService(request.headers, service),
    timeout: SILENCE_MS_MAX,
    signal: gone.signal,
  });
  onward.once("timeout", () => onward.destroy(new Error("it was silent for too long")));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once("response", resolve);
    onward.on("error", reject);
  });
  request.pipe(onward);
  try {
    const answer = await answered;
    response.writeHead(answer.statusCode ?? 502, headersForCaller(answer.headers));
    await pipeline(answer, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    throw new PlatformError("Unavailable", `The program did not answer: ${describeError(error)}.`, { cause: error });
  }
}
