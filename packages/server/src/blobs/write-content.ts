import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { CHUNK_BYTES } from "./storage-limits.ts";

/** What a blob is made from. A `Readable` is one; a reader that must not be destroyed on failure is wrapped by its owner. */
export type BlobContent = AsyncIterable<Uint8Array | string> | Uint8Array | string;

export interface WrittenContent {
  readonly sizeBytes: number;
  readonly md5: Buffer;
}

/**
 * Writes content to an open file in pieces of about {@link CHUNK_BYTES}, whatever the size of the pieces that arrive.
 * Throws `TooLarge` above `bytesMax`.
 */
export async function writeContent(file: FileHandle, content: BlobContent, bytesMax: number): Promise<WrittenContent> {
  const hash = createHash("md5");
  let sizeBytes = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;

  for await (const piece of toPieces(content)) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    sizeBytes += bytes.byteLength;
    if (sizeBytes > bytesMax) {
      throw new PlatformError(
        "TooLarge",
        `The content is larger than the ${bytesMax} bytes that one request may hold.`,
        {
          azureCode: "RequestBodyTooLarge",
        },
      );
    }
    hash.update(bytes);
    waiting.push(bytes);
    waitingBytes += bytes.byteLength;
    if (waitingBytes < CHUNK_BYTES) continue;
    await writeAll(file, waiting);
    waiting = [];
    waitingBytes = 0;
  }
  if (waitingBytes > 0) await writeAll(file, waiting);
  return { sizeBytes, md5: hash.digest() };
}

function toPieces(content: BlobContent): AsyncIterable<Uint8Array | string> | readonly (Uint8Array | string)[] {
  return typeof content === "string" || content instanceof Uint8Array ? [content] : content;
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const [first] = pieces;
  const bytes = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
  let written = 0;
  while (written < bytes.byteLength) {
    const result = await file.write(bytes, written, bytes.byteLength - written);
    written += result.bytesWritten;
  }
}
