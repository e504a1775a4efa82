import { PlatformError } from "@lazuli/contract/errors.ts";
import type * as z from "zod/mini";

import { parseFailure, parseResponse } from "./parse-response.ts";
import { fetchSession, type Session } from "./session.ts";

const TOKEN_RENEWAL_MS = 60_000;

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  /** A body that is JSON text already, sent as it is. */
  readonly json?: string;
  readonly signal?: AbortSignal;
  /** For an endpoint's own key; the session's token otherwise. */
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the same origin's API as the signed-in person. The token lives here and nowhere else. */
export class ApiClient {
  #token: string;
  #expiresAt: number;
  readonly #onSignedOut: () => void;

  constructor(session: Session, onSignedOut: () => void) {
    this.#token = session.token;
    this.#expiresAt = session.tokenExpiresAt;
    this.#onSignedOut = onSignedOut;
  }

  /** Throws a `PlatformError` with the server's sentence for an answer that is no success. */
  async json<Schema extends z.ZodMiniType>(
    path: string,
    schema: Schema,
    request: ApiRequest = {},
  ): Promise<z.output<Schema>> {
    return parseResponse(await this.send(path, request), schema);
  }

  /** For answers without a body that matters. */
  async run(path: string, request: ApiRequest): Promise<void> {
    const response = await this.send(path, request);
    if (!response.ok) throw await parseFailure(response);
  }

  async send(path: string, request: ApiRequest): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${request.bearer ?? (await this.#currentToken())}`);
    headers.set("x-lazuli-studio", "1");
    const body = request.json ?? (request.body === undefined ? null : JSON.stringify(request.body));
    if (body !== null) headers.set("content-type", "application/json");
    const response = await fetch(path, {
      method: request.method ?? "GET",
      headers,
      body,
      signal: request.signal ?? null,
    }).catch(renderNetworkFailure);
    if (response.status === 401 && request.bearer === undefined) this.#onSignedOut();
    return response;
  }

  async #currentToken(): Promise<string> {
    if (Date.now() < this.#expiresAt - TOKEN_RENEWAL_MS) return this.#token;
    const session = await fetchSession();
    this.#token = session.token;
    this.#expiresAt = session.tokenExpiresAt;
    return this.#token;
  }
}

function renderNetworkFailure(error: unknown): never {
  if (error instanceof DOMException && error.name === "AbortError") throw error;
  throw new PlatformError("Unavailable", "The server does not answer; is it running?", { cause: error });
}
