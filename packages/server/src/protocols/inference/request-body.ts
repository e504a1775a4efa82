import type { IncomingMessage } from "node:http";
import { Transform, type Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { BODY_BYTES_MAX, HELD_BODY_BYTES_MAX } from "./inference-limits.ts";

/** A body that can be sent again (`held`), one that can be sent once (`stream`), or none. */
export type RequestBody =
  | { readonly kind: "none" }
  | { readonly kind: "held"; readonly bytes: Buffer }
  | { readonly kind: "stream"; readonly content: Readable; readonly sizeBytes: number | undefined };

/** Throws `TooLarge` for a body that says so beforehand; one that turns out so fails while it is read. */
export async function readRequestBody(request: IncomingMessage): Promise<RequestBody> {
  const declared = request.headers["content-length"];
  if (declared === undefined && request.headers["transfer-encoding"] === undefined) return { kind: "none" };
  const sizeBytes = declared === undefined ? undefined : Number(declared);
  if (sizeBytes !== undefined && sizeBytes > BODY_BYTES_MAX) throw tooLarge();
  if (sizeBytes === 0) return { kind: "none" };
  if (sizeBytes !== undefined && sizeBytes <= HELD_BODY_BYTES_MAX) return { kind: "held", bytes: await hold(request) };
  return { kind: "stream", content: sizeBytes === undefined ? limit(request) : request, sizeBytes };
}

async function hold(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function limit(request: IncomingMessage): Readable {
  let sizeBytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      done(sizeBytes > BODY_BYTES_MAX ? tooLarge() : null, chunk);
    },
  });
  request.on("error", (error) => counted.destroy(error));
  return request.pipe(counted);
}

function tooLarge(): PlatformError {
  return new PlatformError("TooLarge", `The request's body is larger than ${BODY_BYTES_MAX} bytes.`);
}
