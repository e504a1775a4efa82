import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";
import type { Dispatcher } from "undici";

import { ANSWER_PAUSE_MS_MAX } from "./inference-limits.ts";
import { CALLER_GONE_STATUS, MODEL_ERROR_STATUS } from "./render-error.ts";
import type { RequestBody } from "./request-body.ts";

/** Fields that are about one connection, and the caller's key, which is none of the model's business. */
const NOT_FORWARDED = new Set([
  "authorization",
  "connection",
  "content-length",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const NOT_ANSWERED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface Forwarding {
  readonly dispatcher: Dispatcher;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  /** Path and query on the replica. */
  readonly path: string;
  readonly requestId: string;
  readonly deployment: string;
  readonly requestTimeoutMs: number;
}

/** The replica did not take the request at all: another may. */
export class ReplicaUnreachable extends Error {}

/**
 * Sends the request on and the answer back, both as they come; resolves with the status that the caller was given.
 *
 * Throws {@link ReplicaUnreachable} when nothing was sent yet, `Timeout` or `Unavailable` when the replica failed before
 * its answer began. A caller who leaves aborts the request at the replica.
 */
export function forward(forwarding: Forwarding): Promise<number> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(forwarding, resolve, reject);
    const { dispatcher, request, body } = forwarding;
    dispatcher.dispatch(
      {
        path: forwarding.path,
        method: request.method ?? "GET",
        headers: forwardedHeaders(request.headers, forwarding, body),
        body: body.kind === "held" ? body.bytes : body.kind === "stream" ? body.content : null,
        headersTimeout: forwarding.requestTimeoutMs,
        bodyTimeout: ANSWER_PAUSE_MS_MAX,
      },
      exchange,
    );
  });
}

/** Header fields for the replica, flat: name, value, name, value. */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  { requestId }: Pick<Forwarding, "requestId">,
  body: RequestBody,
): string[] {
  const fields: string[] = ["x-request-id", requestId];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === "x-request-id" || NOT_FORWARDED.has(name)) continue;
    fields.push(name, Array.isArray(value) ? value.join(", ") : value);
  }
  if (body.kind === "stream" && body.sizeBytes !== undefined) fields.push("content-length", String(body.sizeBytes));
  return fields;
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #forwarding: Forwarding;
  readonly #resolve: (status: number) => void;
  readonly #reject: (error: Error) => void;
  readonly #startedAt = performance.now();
  /** Absent until a connection takes the request. */
  #controller: Dispatcher.DispatchController | undefined;
  #reason: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isCallerGone = false;

  constructor(forwarding: Forwarding, resolve: (status: number) => void, reject: (error: Error) => void) {
    this.#forwarding = forwarding;
    this.#resolve = resolve;
    this.#reject = reject;
    forwarding.response.once("close", this.#onClose);
    this.#timer = setTimeout(() => this.#abort(this.#timeout()), forwarding.requestTimeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#reason !== undefined) controller.abort(this.#reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    clearTimeout(this.#timer);
    if (status < 200) return;
    const { response } = this.#forwarding;
    const isSuccess = status < 400;
    const fields = this.#answeredHeaders(headers);
    fields.push("ms-azureml-model-time", String(Math.round(performance.now() - this.#startedAt)));
    if (!isSuccess) fields.push("ms-azureml-model-error-statuscode", String(status));
    if (!isSuccess) fields.push("ms-azureml-model-error-reason", "model_error");
    response.writeHead(isSuccess ? status : MODEL_ERROR_STATUS, fields);
    response.on("drain", () => controller.resume());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#forwarding.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#settle();
    const { response } = this.#forwarding;
    response.end();
    this.#resolve(response.statusCode);
  }

  /** Its controller is missing where no connection was made, whatever the types say: it is not looked at. */
  onResponseError(_controller: unknown, error: Error): void {
    this.#settle();
    const { response } = this.#forwarding;
    if (this.#isCallerGone) this.#resolve(CALLER_GONE_STATUS);
    else if (response.headersSent) {
      // The status is out; cutting the message short is how HTTP says that it failed.
      response.destroy();
      this.#resolve(response.statusCode);
    } else this.#reject(this.#reason ?? this.#explain(error));
  }

  readonly #onClose = () => {
    if (this.#forwarding.response.writableFinished) return;
    this.#isCallerGone = true;
    this.#abort(new Error("the caller left"));
  };

  #abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#forwarding.response.off("close", this.#onClose);
  }

  #answeredHeaders(headers: IncomingHttpHeaders): string[] {
    const { deployment, requestId } = this.#forwarding;
    const fields = ["azureml-model-deployment", deployment, "x-request-id", requestId];
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined || name === "x-request-id" || NOT_ANSWERED.has(name)) continue;
      for (const one of Array.isArray(value) ? value : [value]) fields.push(name, one);
    }
    return fields;
  }

  #explain(error: Error): Error {
    const code = "code" in error ? String(error.code) : "";
    if (error instanceof PlatformError) return error;
    if (code === "ECONNREFUSED" || code === "UND_ERR_CONNECT_TIMEOUT") return new ReplicaUnreachable(error.message);
    if (code === "UND_ERR_HEADERS_TIMEOUT") return this.#timeout();
    return new PlatformError(
      "Unavailable",
      `The instance of deployment '${this.#forwarding.deployment}' ended before it answered: ${describeError(error)}.`,
      { cause: error },
    );
  }

  #timeout(): PlatformError {
    const { deployment, requestTimeoutMs } = this.#forwarding;
    return new PlatformError(
      "Timeout",
      `Deployment '${deployment}' did not answer within ${requestTimeoutMs} ms, its request_timeout_ms.`,
    );
  }
}
