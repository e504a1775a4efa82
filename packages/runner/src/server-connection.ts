import { readFileSync } from "node:fs";
import type http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// An import of 'node:http' loads the whole of the built-in undici for three of its names: 40 ms of every runner's start.
const { Agent, request: sendPlain } = process.getBuiltinModule("node:http");

const REQUEST_TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const SOCKETS_MAX = 4;
/** A day of tries: what a full disk or a restart gone wrong may take to mend. A task's result is worth the wait. */
const FAULTS_MAX = 43_200;
/** Whatever listens at the port may not be our server for a moment; after some minutes of refusals it is one. */
const DENIALS_MAX = 90;

/** The server understood and said no. */
export class ServerRefusal extends Error {
  readonly status: number;
  /** What the server names as being at fault; where a log ends, for a gap in it. */
  readonly target: string | undefined;
  /** May come from another program at the same port, or from a server that is just starting. */
  readonly isDenial: boolean;
  constructor(status: number, body: { code?: unknown; message?: unknown; target?: unknown }) {
    super(String(body.message ?? `The server answered ${status}.`));
    this.name = "ServerRefusal";
    this.status = status;
    this.target = typeof body.target === "string" ? body.target : undefined;
    this.isDenial = status === 401 || status === 403 || typeof body.code !== "string";
  }
}

/** The server failed to carry the request out, by a bug or for want of disk. */
class ServerFault extends Error {
  constructor(status: number, text: string) {
    super(`The server answered ${status}: ${text.slice(0, 300)}`);
    this.name = "ServerFault";
  }
}

export interface PostRequest {
  readonly path: string;
  readonly token: string;
  readonly body: Uint8Array | string;
  readonly contentType: string;
  /** Answers of "it is my fault" (500, 507) to put up with; a day's worth when absent. */
  readonly faultsMax?: number;
}

/** Keep-alive connections to one server; lives as long as the runner. */
export class ServerConnection {
  #origin: URL;
  readonly #findServer: () => Promise<string | undefined>;
  readonly #agent: http.Agent;
  readonly #send: typeof http.request;

  /**
   * @param caFile Certificates to trust, for a server on https with a certificate of its own.
   * @param findServer Where the server is by now, asked when it does not answer: it may have come back on another port.
   */
  constructor(serverUrl: string, caFile: string | undefined, findServer: () => Promise<string | undefined>) {
    this.#origin = new URL(serverUrl);
    this.#findServer = findServer;
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
    const isTls = this.#origin.protocol === "https:";
    const ca = caFile === undefined ? {} : { ca: readFileSync(caFile) };
    const https = isTls ? process.getBuiltinModule("node:https") : undefined;
    this.#agent = https === undefined ? new Agent(options) : new https.Agent({ ...options, ...ca });
    this.#send = https?.request ?? sendPlain;
  }

  /** Sends until the server answers, with growing pauses while it is away. Throws {@link ServerRefusal} and on abort. */
  async post(request: PostRequest, signal?: AbortSignal): Promise<unknown> {
    const { faultsMax = FAULTS_MAX } = request;
    let faults = 0;
    let denials = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted();
      try {
        return await this.postOnce(request);
      } catch (error) {
        if (error instanceof ServerRefusal && (!error.isDenial || ++denials > DENIALS_MAX)) throw error;
        if (error instanceof ServerFault && ++faults > faultsMax) throw error;
      }
      await this.#follow();
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** One try. Throws {@link ServerRefusal}, or whatever went wrong on the way. */
  async postOnce({ path, token, body, contentType }: PostRequest): Promise<unknown> {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const request = this.#send(
      new URL(path, this.#origin),
      {
        method: "POST",
        agent: this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: { authorization: `Bearer ${token}`, "content-type": contentType, "content-length": bytes.length },
      },
      (response) => {
        readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      },
    );
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error("The server did not answer in time.")));
    request.end(bytes);
    const { status, text } = await promise;
    if (status >= 200 && status < 300) return text === "" ? {} : JSON.parse(text);
    if (status === 500 || status === 507) throw new ServerFault(status, text);
    if (status > 500 || status === 429 || status === 408) throw new Error(`The server answered ${status}.`);
    throw toRefusal(status, text);
  }

  async #follow(): Promise<void> {
    const found = await this.#findServer();
    if (found === undefined) return;
    const origin = new URL(found);
    if (origin.protocol === this.#origin.protocol) this.#origin = origin;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function readText(response: http.IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (bytes: Buffer) => {
    length += bytes.length;
    if (length <= ANSWER_BYTES_MAX) chunks.push(bytes);
    else response.destroy(new Error("The server's answer is too long."));
  });
  response.on("end", () => resolve(Buffer.concat(chunks).toString()));
  response.on("error", reject);
  return promise;
}

function toRefusal(status: number, text: string): ServerRefusal {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return new ServerRefusal(status, body);
  } catch {
    // Not JSON: whatever answered does not speak the node protocol; the text itself is all there is to say.
  }
  return new ServerRefusal(status, { message: text.slice(0, 500) });
}
