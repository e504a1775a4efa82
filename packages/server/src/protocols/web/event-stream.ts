import { once } from "node:events";

import type { FastifyReply, FastifyRequest } from "fastify";

const HEARTBEAT_MS = 15_000;

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where a browser that lost the connection goes on. */
  readonly id?: string;
}

/** Sends events as they come until the source ends or the browser leaves. Check the request before: the head goes at once. */
export async function sendEvents(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  open: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
): Promise<void> {
  const { reply } = exchange;
  const left = new AbortController();
  reply.raw.once("close", () => left.abort());
  reply.hijack();
  reply.raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  reply.raw.write(": open\n\n");
  const heartbeat = setInterval(() => reply.raw.write(": still here\n\n"), HEARTBEAT_MS);
  try {
    for await (const event of open(left.signal)) {
      const isTaken = reply.raw.write(renderEvent(event));
      if (!isTaken && !left.signal.aborted) await once(reply.raw, "drain", { signal: left.signal });
    }
  } catch (error) {
    if (!left.signal.aborted) exchange.request.log.error({ err: error }, "A stream of events broke off.");
  } finally {
    clearInterval(heartbeat);
    reply.raw.end();
  }
}

function renderEvent({ event, data, id }: ServerEvent): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
