import type { IncomingMessage } from "node:http";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { findHeader, type StorageRequest } from "./storage-request.ts";

/** See {@link limitSilence}. */
export const BODY_SILENCE_MS_MAX = 60_000;

/** A sender that is silent for longer in the middle of a body loses its connection, and whatever it sent so far. */
export function limitSilence(raw: IncomingMessage, silenceMsMax: number): void {
  raw.setTimeout(silenceMsMax, () => {
    if (!raw.complete) raw.destroy(new PlatformError("Timeout", "The body stopped arriving."));
  });
}

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
  return request.raw.iterator({ destroyOnReturn: false });
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
