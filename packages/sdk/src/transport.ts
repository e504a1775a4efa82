import { PlatformError } from "@lazuli/contract/errors.ts";

import { parseErrorAnswer } from "./parse-error-answer.ts";

/** The part of the platform's `fetch` that is used; the CLI passes one that trusts the local certificate authority. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportOptions {
  /** Where the platform answers, as `https://127.0.0.1:8470`. */
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** A token for the platform; asked for every request, so it may cache. `undefined` sends the browser's cookie instead. */
  getToken(signal?: AbortSignal): Promise<string | undefined>;
  /** Waits `delayMs`; replaced in tests. */
  readonly sleep?: (delayMs: number, signal?: AbortSignal) => Promise<void>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer with its body read as JSON; `undefined` for an empty body. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const TRIES_MAX = 4;
const RETRY_DELAY_MS = 250;
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);

/** Sends one JSON request to the platform, again where it is safe. */
export class Transport {
  readonly baseUrl: string;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, "");
    this.#options = options;
  }

  /** Throws the server's error as a PlatformError, and `Unavailable` when nobody answers. */
  async send(method: string, pathOrUrl: string, options: RequestOptions = {}): Promise<JsonAnswer> {
    const response = await this.sendRaw(method, pathOrUrl, options);
    const text = await response.text();
    const body = parseJson(text);
    if (!response.ok) throw parseErrorAnswer(response.status, body ?? text);
    return { status: response.status, headers: response.headers, body };
  }

  /** Like {@link send}, but hands back the response unread, also when it is an error. */
  async sendRaw(method: string, pathOrUrl: string, options: RequestOptions = {}): Promise<Response> {
    const url = this.#resolve(pathOrUrl, options.query);
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#sendOnce(method, url, options);
      const retried = RETRIED_STATUSES.has(response.status) && method !== "POST" && attempt < TRIES_MAX;
      if (!retried) return response;
      await response.body?.cancel();
      await this.sleep(retryDelayMs(response.headers) ?? RETRY_DELAY_MS * 2 ** attempt, options.signal);
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return (this.#options.sleep ?? sleepFor)(delayMs, signal);
  }

  async #sendOnce(method: string, url: string, options: RequestOptions): Promise<Response> {
    const token = await this.#options.getToken(options.signal);
    const headers: Record<string, string> = { accept: "application/json", ...options.headers };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const init: RequestInit = { method, headers };
    if (options.signal !== undefined) init.signal = options.signal;
    if (options.body !== undefined) {
      headers["content-type"] ??= "application/json";
      init.body = JSON.stringify(options.body);
    }
    try {
      return await this.#options.fetch(url, init);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      const reason = describeCause(error);
      throw new PlatformError("Unavailable", `Nobody answers at ${this.baseUrl}: ${reason}.`, { cause: error });
    }
  }

  #resolve(pathOrUrl: string, query: Query = {}): string {
    const url = new URL(pathOrUrl, `${this.baseUrl}/`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url.href;
  }
}

/** `Retry-After` in milliseconds; `undefined` when it is absent or a date. */
export function retryDelayMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON: the caller shows the text itself.
    return undefined;
  }
}

function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

function sleepFor(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}
