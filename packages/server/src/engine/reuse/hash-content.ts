import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import type { FileDigests } from "../../domain/reuse/compare-files.ts";
import type { BlobPlace, ContentBlobs } from "./content-blobs.ts";

const READ_BYTES = 1024 * 1024;

/** SHA-256 of a blob's bytes, read a piece at a time. */
export async function hashBlob(place: BlobPlace, blobs: ContentBlobs): Promise<string> {
  const local = await blobs.localPath(place);
  return local === undefined ? hashPieces(await blobs.read(place)) : hashFile(local);
}

export function hashFile(path: string): Promise<string> {
  return hashPieces(createReadStream(path, { highWaterMark: READ_BYTES }));
}

async function hashPieces(pieces: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of pieces) {
    if (typeof piece === "string" || piece instanceof Uint8Array) hash.update(piece);
  }
  return hash.digest("hex");
}

/** One digest for names and content of files, whatever order they are listed in. */
export function digestFiles(files: FileDigests): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort()) hash.update(`${name}\n${files[name] ?? ""}\n`);
  return hash.digest("hex");
}
