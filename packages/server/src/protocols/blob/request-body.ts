import { PlatformError } from "@lazuli/contract/errors.ts";

import { findHeader, type StorageRequest } from "./storage-request.ts";

/** A sender that is silent for longer loses its connection, and with it whatever it sent so far. */
const BODY_IDLE_MS_MAX = 60_000;

/**
 * The body as it arrives. The connection survives a reader that gives up, so the client gets to see why.
 * Throws `TooLarge` at once when the announced length is above `bytesMax`.
 */
export function openBody(request: StorageRequest, bytesMax: number): AsyncIterable<Uint8Array> {
  const length = Number(findHeader(request, "content-length") ?? 0);
  if (length > bytesMax) {
    throw new PlatformError("TooLarge", `The body has ${length} bytes; this operation takes ${bytesMax}.`, {
      azureCode: "RequestBodyTooLarge",
    });
  }
  const { raw } = request;
  raw.setTimeout(BODY_IDLE_MS_MAX, () => {
    if (!raw.complete) raw.destroy(new PlatformError("Timeout", "The body stopped arriving."));
  });
  return raw.iterator({ destroyOnReturn: false });
}

/** A short body whole, as text. */
export async function readText(request: StorageRequest, bytesMax: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of openBody(request, bytesMax)) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > bytesMax) {
      throw new PlatformError("TooLarge", `The body is larger than the ${bytesMax} bytes that this operation takes.`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
