import type { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobContext } from "./blob-context.ts";
import { blobNotFound, findBlobRow, getContainer, toBlobProperties } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import type { BlobAddress, BlobProperties } from "./blob-store.ts";
import { listSegments, readSegments, sliceSegments, streamSegments } from "./read-content.ts";
import { OPEN_ATTEMPTS_MAX, SINGLE_READ_BYTES_MAX } from "./storage-limits.ts";

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenedBlob {
  readonly properties: BlobProperties;
  /** `undefined` when no bytes were chosen. A stream must be read or destroyed. */
  readonly content: Buffer | Readable | undefined;
}

/** Properties and content of the same moment; an overwrite between the two is not seen by the caller. */
export async function openBlob(
  context: BlobContext,
  address: BlobAddress,
  choose: (properties: BlobProperties) => ByteRange | undefined,
): Promise<OpenedBlob> {
  for (let attempt = 0; attempt < OPEN_ATTEMPTS_MAX; attempt++) {
    const container = await getContainer(context, address.account, address.container);
    const row = await findBlobRow(context, container.id, address.name);
    if (row === undefined) throw blobNotFound(address);
    const properties = toBlobProperties(row, address.container);
    const range = choose(properties);
    if (range === undefined) return { properties, content: undefined };
    const content = await openContent(context, row, range);
    if (content !== undefined) return { properties, content };
  }
  throw new PlatformError("TooManyRequests", `Blob '${address.name}' is overwritten too often to read. Try again.`, {
    azureCode: "ServerBusy",
  });
}

/** `undefined` when a file went meanwhile: the blob was overwritten or deleted. */
async function openContent(
  context: BlobContext,
  row: BlobRow,
  range: ByteRange,
): Promise<Buffer | Readable | undefined> {
  const segments = sliceSegments(await listSegments(context, row), range.start, range.end);
  try {
    const isShort = range.end - range.start <= SINGLE_READ_BYTES_MAX;
    return isShort ? await readSegments(context, segments) : await streamSegments(context, segments);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") throw error;
    // A row that still names a missing file means damage, not haste.
    const again = await findBlobRow(context, row.container_id, row.name);
    if (again !== undefined && again.etag === row.etag && again.object_id === row.object_id) throw error;
    return undefined;
  }
}
