import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";

import type { BlobContext } from "./blob-context.ts";
import { listBlocks } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import { CHUNK_BYTES } from "./storage-limits.ts";

/** A stretch of a content file. */
export interface Segment {
  readonly objectId: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** The files that make up the blob's content, in order. */
export async function listSegments(context: BlobContext, blob: BlobRow): Promise<Segment[]> {
  if (blob.object_id !== null) return [{ objectId: blob.object_id, offsetBytes: 0, sizeBytes: blob.size_bytes }];
  if (blob.block_count === 0) return [];
  const blocks = await listBlocks(context, blob, "committed");
  return blocks.map((block) => ({
    objectId: block.object_id,
    offsetBytes: block.offset_bytes,
    sizeBytes: block.size_bytes,
  }));
}

/** The part of the segments that holds the bytes `[start, end)`. */
export function sliceSegments(segments: readonly Segment[], start: number, end: number): Segment[] {
  const sliced: Segment[] = [];
  let position = 0;
  for (const segment of segments) {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, segment.sizeBytes);
    position += segment.sizeBytes;
    if (from >= to) continue;
    sliced.push({ ...segment, offsetBytes: segment.offsetBytes + from, sizeBytes: to - from });
  }
  return sliced;
}

/** Reads a short stretch in one piece. */
export async function readSegments(context: BlobContext, segments: readonly Segment[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (const segment of segments) {
    const file = await context.objects.open(segment.objectId);
    try {
      const piece = Buffer.allocUnsafe(segment.sizeBytes);
      await readExactly(file, piece, segment.offsetBytes);
      pieces.push(piece);
    } finally {
      await file.close();
    }
  }
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}

/**
 * Streams segments in pieces of {@link CHUNK_BYTES}. The first file is open when this resolves and the others are
 * pinned, so an overwrite or deletion of the blob does not touch the reader.
 */
export async function streamSegments(context: BlobContext, segments: readonly Segment[]): Promise<Readable> {
  const unpin = context.sweeper.pin(segments.map((segment) => segment.objectId));
  const [first] = segments;
  try {
    const file = first === undefined ? undefined : await context.objects.open(first.objectId);
    return createStream(new SegmentReader(context, segments, file), unpin);
  } catch (error) {
    unpin();
    throw error;
  }
}

function createStream(reader: SegmentReader, release: () => void): Readable {
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      reader.next().then(
        (piece) => this.push(piece),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, callback) {
      void closeReader(reader, error, callback);
      release();
    },
  });
}

type Closed = (error?: Error | null) => void;

async function closeReader(reader: SegmentReader, error: Error | null, callback: Closed): Promise<void> {
  let outcome = error;
  try {
    await reader.close();
  } catch (failure) {
    outcome ??= failure instanceof Error ? failure : new Error(String(failure));
  }
  callback(outcome);
}

class SegmentReader {
  readonly #context: BlobContext;
  readonly #segments: readonly Segment[];
  #file: FileHandle | undefined;
  #index = 0;
  #doneBytes = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(context: BlobContext, segments: readonly Segment[], file: FileHandle | undefined) {
    this.#context = context;
    this.#segments = segments;
    this.#file = file;
  }

  /** `null` at the end. */
  next(): Promise<Buffer | null> {
    const reading = this.#next();
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  /** Waits for the read that is under way: a closed number must not be read from. */
  async close(): Promise<void> {
    await this.#reading;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #next(): Promise<Buffer | null> {
    const segment = this.#segments[this.#index];
    if (segment === undefined) return null;
    this.#file ??= await this.#context.objects.open(segment.objectId);
    const piece = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, segment.sizeBytes - this.#doneBytes));
    await readExactly(this.#file, piece, segment.offsetBytes + this.#doneBytes);
    this.#doneBytes += piece.byteLength;
    if (this.#doneBytes === segment.sizeBytes) await this.#leave();
    return piece;
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#index += 1;
    this.#doneBytes = 0;
    await file?.close();
  }
}

async function readExactly(file: FileHandle, target: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0) throw new Error("A content file is shorter than its row says.");
    done += bytesRead;
  }
}
