import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { parseErrorObject } from "./parse-error-answer.ts";
import { retryDelayMs, type JsonAnswer, type Transport } from "./transport.ts";

const operationSchema = z.looseObject({
  status: z.string(),
  error: z.unknown().optional(),
  properties: z.unknown().optional(),
});
const provisioningSchema = z.looseObject({
  properties: z
    .looseObject({ provisioningState: z.string().nullish(), provisioningErrors: z.unknown().optional() })
    .nullish(),
});

export interface PollOptions {
  readonly signal?: AbortSignal;
  /** Called after each look that found the operation still going. */
  readonly onProgress?: (status: string) => void;
  /** Longest wait in all. */
  readonly timeoutMs?: number;
}

const FIRST_DELAY_MS = 100;
const DELAY_GROWTH = 1.5;
const DELAY_MS_MAX = 2_000;
const TIMEOUT_MS = 2 * 60 * 60 * 1000;
const SUCCEEDED = "succeeded";
const ENDED_BADLY = new Set(["failed", "canceled", "cancelled"]);

export interface LongRunningRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Waits until the operation that an answer began has ended, by the rules of ARM: `Azure-AsyncOperation`, else
 * `Location`, else `properties.provisioningState`. Returns the final body. Throws what the operation failed with.
 */
export async function waitForOperation(
  transport: Transport,
  begun: { readonly request: LongRunningRequest; readonly answer: JsonAnswer },
  options: PollOptions = {},
): Promise<unknown> {
  const { answer, request } = begun;
  const poll = new Poll(transport, options);
  const operationUrl = answer.headers.get("azure-asyncoperation") ?? answer.headers.get("operation-location");
  const location = answer.headers.get("location");
  if (operationUrl !== null) {
    await poll.untilOperationEnds(operationUrl);
    if (request.method === "PUT" || request.method === "PATCH")
      return (await poll.look(request.path, request.query)).body;
    return location === null ? undefined : (await poll.look(location)).body;
  }
  if (location !== null && answer.status === 202) return poll.untilAnswered(location);
  if (request.method === "PUT" || request.method === "PATCH") return poll.untilProvisioned(request, answer.body);
  return answer.body;
}

/** One wait: it looks soon at first, then less often, and keeps to `Retry-After` only where that is shorter. */
class Poll {
  readonly #transport: Transport;
  readonly #options: PollOptions;
  readonly #endsAt: number;
  #delayMs = FIRST_DELAY_MS;

  constructor(transport: Transport, options: PollOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#endsAt = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  }

  look(url: string, query: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return this.#transport.send("GET", url, { query, ...this.#signal() });
  }

  async untilOperationEnds(url: string): Promise<void> {
    for (;;) {
      const answer = await this.look(url);
      const operation = operationSchema.parse(answer.body);
      const status = operation.status.toLowerCase();
      if (status === SUCCEEDED) return;
      if (ENDED_BADLY.has(status)) throw failure(operation.error, operation.status);
      await this.#wait(operation.status, answer.headers);
    }
  }

  async untilAnswered(url: string): Promise<unknown> {
    for (;;) {
      const answer = await this.look(url);
      if (answer.status !== 202) return answer.body;
      await this.#wait("InProgress", answer.headers);
    }
  }

  async untilProvisioned(request: LongRunningRequest, first: unknown): Promise<unknown> {
    let body = first;
    for (;;) {
      const parsed = provisioningSchema.safeParse(body);
      const state = parsed.success ? (parsed.data.properties?.provisioningState ?? "Succeeded") : "Succeeded";
      if (state.toLowerCase() === SUCCEEDED) return body;
      if (ENDED_BADLY.has(state.toLowerCase())) throw failure(undefined, state);
      await this.#wait(state, new Headers());
      body = (await this.look(request.path, request.query)).body;
    }
  }

  async #wait(status: string, headers: Headers): Promise<void> {
    this.#options.onProgress?.(status);
    if (performance.now() > this.#endsAt) {
      throw new PlatformError("Timeout", `The operation is still '${status}'; look again later with 'show'.`);
    }
    // Retry-After never goes below a second, and most operations here end sooner than that.
    const delayMs = Math.min(this.#delayMs, retryDelayMs(headers) ?? DELAY_MS_MAX);
    this.#delayMs = Math.min(this.#delayMs * DELAY_GROWTH, DELAY_MS_MAX);
    await this.#transport.sleep(delayMs, this.#options.signal);
  }

  #signal(): { signal?: AbortSignal } {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }
}

function failure(error: unknown, status: string): PlatformError {
  if (error !== undefined && error !== null) return parseErrorObject(error);
  return new PlatformError("Internal", `The operation ended as '${status}' and gave no reason.`);
}
