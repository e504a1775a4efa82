import type { BlobContext } from "./blob-context.ts";
import { blobNotFound, findBlobRow, getContainer, listBlocks } from "./blob-rows.ts";
import type { BlobRow, BlockRow } from "./blob-schema.ts";
import type { BlobAddress } from "./blob-store.ts";
import { placeBlocks, takeBlocks } from "./blocks.ts";
import { changeBlob, dropObject, insistOn } from "./change-blob.ts";
import { commitStaged } from "./commit-staged.ts";
import { listSegments, streamSegments } from "./read-content.ts";

/**
 * Path of one file that holds the blob's whole content; `undefined` when there is no such blob.
 *
 * A blob made of blocks keeps them as files of their own, because joining them would double the cost of every large
 * upload. They are joined here, once, when somebody needs one file.
 */
export async function findLocalFile(context: BlobContext, address: BlobAddress): Promise<string | undefined> {
  const container = await getContainer(context, address.account, address.container);
  const blob = await findBlobRow(context, container.id, address.name);
  if (blob === undefined) return undefined;
  const objectId = blob.object_id ?? (await join(context, address, blob));
  return context.objects.path(objectId);
}

async function join(context: BlobContext, address: BlobAddress, blob: BlobRow): Promise<string> {
  const content = await streamSegments(context, await listSegments(context, blob));
  const staged = await context.objects.stage(content, Number.MAX_SAFE_INTEGER);
  const objectId = await commitStaged(context, [staged.id], () =>
    commit(context, address, { blob, objectId: staged.id }),
  );
  context.sweeper.request();
  if (objectId === staged.id) return objectId;
  await context.objects.discard([staged.id]);
  return objectId ?? findAgain(context, address);
}

/** The blob was changed while its blocks were joined. */
async function findAgain(context: BlobContext, address: BlobAddress): Promise<string> {
  const container = await getContainer(context, address.account, address.container);
  const blob = await findBlobRow(context, container.id, address.name);
  if (blob === undefined) throw blobNotFound(address);
  return blob.object_id ?? join(context, address, blob);
}

function commit(
  context: BlobContext,
  address: BlobAddress,
  joined: { readonly blob: BlobRow; readonly objectId: string },
): Promise<string | undefined> {
  return changeBlob(context, address, async ({ current }) => {
    if (current === undefined || current.etag !== joined.blob.etag) return { steps: [], result: undefined };
    if (current.object_id !== null) return { steps: [], result: current.object_id };
    const committed = await listBlocks(context, current, "committed");
    const steps = [
      insistOn(context, current),
      context.database.sql.insertInto("blobs").values({ ...current, object_id: joined.objectId }),
      ...takeBlocks(context, committed),
      ...placeBlocks(context, moveInto(joined.objectId, committed)),
      ...[...new Set(committed.map((block) => block.object_id))].map((id) => dropObject(context, id)),
    ];
    return { steps, result: joined.objectId };
  });
}

function moveInto(objectId: string, blocks: readonly BlockRow[]): BlockRow[] {
  let offset = 0;
  return blocks.map((block) => {
    const moved = { ...block, object_id: objectId, offset_bytes: offset };
    offset += block.size_bytes;
    return moved;
  });
}
