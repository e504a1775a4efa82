import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import { blobNotFound, findBlobRow, getContainer, newEtag, newRowId, toBlobProperties } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import type { BlobAddress, BlobConditions, BlobProperties } from "./blob-store.ts";
import { keepUsedObjects } from "./blocks.ts";
import { changeBlob, dropObject, insistOn } from "./change-blob.ts";
import { commitStaged } from "./commit-staged.ts";
import { checkMd5, toTarget } from "./put-blob.ts";
import { APPEND_BYTES_MAX, BLOCKS_MAX } from "./storage-limits.ts";
import type { BlobContent } from "./write-content.ts";

export interface AppendRequest extends BlobConditions {
  readonly content: BlobContent;
  readonly contentMd5?: string | undefined;
  /** Size that the blob must have before. */
  readonly appendPosition?: number | undefined;
  /** Size that the blob may have afterwards. */
  readonly sizeBytesMax?: number | undefined;
}

export interface Appended {
  readonly properties: BlobProperties;
  readonly offsetBytes: number;
}

/** Adds bytes at the end of an append blob. Appends of many writers follow one another in some order, each whole. */
export async function appendBlock(
  context: BlobContext,
  address: BlobAddress,
  request: AppendRequest,
): Promise<Appended> {
  const container = await getContainer(context, address.account, address.container);
  check(address, await findBlobRow(context, container.id, address.name), { ...request, addedBytes: 0 });
  const staged = await context.objects.stage(request.content, APPEND_BYTES_MAX);
  const appended = await commitStaged(context, [staged.id], async () => {
    checkMd5(request.contentMd5, staged.md5.toString("base64"));
    return commit(context, address, { ...request, objectId: staged.id, addedBytes: staged.sizeBytes });
  });
  context.sweeper.request();
  return appended;
}

type Checked = Omit<AppendRequest, "content"> & { readonly addedBytes: number };

function check(address: BlobAddress, current: BlobRow | undefined, request: Checked): BlobRow {
  if (current === undefined) throw blobNotFound(address);
  if (current.kind !== "AppendBlob") {
    throw new PlatformError(
      "Conflict",
      `Blob '${address.name}' is a block blob; only append blobs can be appended to.`,
      {
        azureCode: "InvalidBlobType",
      },
    );
  }
  checkWriteConditions(toTarget(current), request);
  if (request.appendPosition !== undefined && request.appendPosition !== current.size_bytes) {
    throw unmet("AppendPositionConditionNotMet", `The blob has ${current.size_bytes} bytes now.`);
  }
  if (request.sizeBytesMax !== undefined && current.size_bytes + request.addedBytes > request.sizeBytesMax) {
    throw unmet("MaxBlobSizeConditionNotMet", `The blob would grow beyond ${request.sizeBytesMax} bytes.`);
  }
  if (current.block_count >= BLOCKS_MAX) {
    throw new PlatformError("Conflict", `An append blob has at most ${BLOCKS_MAX} blocks.`, {
      azureCode: "BlockCountExceedsLimit",
    });
  }
  return current;
}

function commit(
  context: BlobContext,
  address: BlobAddress,
  request: Checked & { readonly objectId: string },
): Promise<Appended> {
  return changeBlob(context, address, (now) => {
    const current = check(address, now.current, request);
    const { sql } = context.database;
    const modifiedAt = context.clock.now();
    const desired: BlobRow = {
      ...current,
      size_bytes: current.size_bytes + request.addedBytes,
      etag: newEtag(),
      modified_at: modifiedAt,
      content_md5: null,
      object_id: null,
      block_count: current.block_count + 1,
    };
    const block = sql.insertInto("blocks").values({
      id: newRowId(),
      container_id: current.container_id,
      name: current.name,
      state: "committed",
      position: current.block_count,
      block_id: "",
      object_id: request.objectId,
      offset_bytes: 0,
      size_bytes: request.addedBytes,
      created_at: modifiedAt,
    });
    const former = current.object_id === null ? [] : [dropObject(context, current.object_id)];
    const steps = [
      insistOn(context, current),
      sql.insertInto("blobs").values(desired),
      block,
      ...former,
      keepUsedObjects(context, current),
    ];
    const properties = toBlobProperties(desired, address.container);
    return { steps, result: { properties, offsetBytes: current.size_bytes } };
  });
}

function unmet(azureCode: string, message: string): PlatformError {
  return new PlatformError("PreconditionFailed", message, { azureCode });
}
