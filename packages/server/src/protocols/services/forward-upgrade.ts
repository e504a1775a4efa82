import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

import type { FoundService } from "./find-service.ts";
import { renderError, type ServiceError } from "./render-error.ts";
import { headersForCaller, headersForService } from "./service-headers.ts";

const { request: requestHttp, STATUS_CODES } = process.getBuiltinModule("node:http");
const CONNECT_MS_MAX = 10_000;

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request's header. */
  readonly head: Buffer;
}

/** Joins the caller's connection to one with the program, for as long as both live. */
export function forwardUpgrade(service: FoundService, { request, socket, head }: Upgrade): void {
  const onward = requestHttp({
    host: service.host,
    port: service.port,
    socketPath: service.socketPath,
    method: request.method,
    path: service.path,
    headers: {
      ...headersForService(request.headers, service),
      connection: "Upgrade",
      upgrade: request.headers.upgrade ?? "websocket",
    },
    timeout: CONNECT_MS_MAX,
  });
  socket.on("error", () => onward.destroy());
  onward.once("timeout", () => onward.destroy(new Error("it did not answer in time")));
  onward.once("upgrade", (answer, program, programHead) => {
    socket.write(
      renderHead(101, {
        ...headersForCaller(answer.headers),
        connection: "Upgrade",
        upgrade: answer.headers.upgrade ?? "websocket",
      }),
    );
    if (programHead.length > 0) socket.write(programHead);
    if (head.length > 0) program.write(head);
    join(socket, program);
  });
  onward.once("response", (answer) => {
    // The program wants no upgrade; its reason is in the status.
    socket.end(renderHead(answer.statusCode ?? 502, { connection: "close", "content-length": "0" }));
    answer.destroy();
  });
  onward.on("error", (error) => {
    const failure = new PlatformError("Unavailable", `The program did not answer: ${describeError(error)}.`);
    refuseUpgrade(socket, renderError(failure));
  });
  onward.end();
}

/** Answers an upgrade that comes to nothing. */
export function refuseUpgrade(socket: Duplex, { status, body }: ServiceError): void {
  if (socket.destroyed || !socket.writable) return;
  socket.on("error", () => socket.destroy());
  const length = String(Buffer.byteLength(body));
  socket.end(
    renderHead(status, { "content-type": "application/json", "content-length": length, connection: "close" }) + body,
  );
}

function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.once("close", () => to.destroy());
  }
}

function renderHead(status: number, headers: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((one) => `${name}: ${one}`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n${lines.join("\r\n")}\r\n\r\n`;
}
