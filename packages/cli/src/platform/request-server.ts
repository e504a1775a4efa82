import { text } from "node:stream/consumers";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";

// An import of 'node:http' loads the whole of undici for three of its names, which costs more than the request.
const { request } = process.getBuiltinModule("node:http");
const ANSWER_TIMEOUT_MS = 10_000;

export interface ServerRequest {
  readonly path: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks the server on this machine over plain http. `node:http`, because `fetch` takes longer to load than the whole of a
 * command may, and heeds proxies. Throws `Unavailable` when nothing answers.
 */
export function requestServer(server: ServerFile, asked: ServerRequest): Promise<ServerAnswer> {
  const options = {
    method: asked.method ?? "GET",
    headers: asked.headers ?? {},
    timeout: ANSWER_TIMEOUT_MS,
    agent: false,
  } as const;
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void =>
      reject(
        new PlatformError(
          "Unavailable",
          `The server at '${server.loopbackUrl}' does not answer; see './lazuli status'.`,
          { cause },
        ),
      );
    const sent = request(new URL(asked.path, server.loopbackUrl), options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), fail);
    });
    sent.on("error", fail);
    sent.on("timeout", () => sent.destroy(new Error("timed out")));
    sent.end();
  });
}
