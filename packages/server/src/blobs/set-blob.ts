import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import { blobNotFound, newEtag, renderMetadata, toBlobProperties, toHeaderColumns } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import type { BlobAddress, BlobConditions, BlobProperties, PutBlobOptions } from "./blob-store.ts";
import { changeBlob, dropContent, insistOn } from "./change-blob.ts";
import { toTarget } from "./put-blob.ts";

/** Replaces all metadata. Throws `NotFound`, `PreconditionFailed`. */
export function setMetadata(
  context: BlobContext,
  address: BlobAddress,
  request: BlobConditions & { readonly metadata: Readonly<Record<string, string>> },
): Promise<BlobProperties> {
  return set(context, address, { conditions: request, change: { metadata: renderMetadata(request.metadata) } });
}

/** Replaces all HTTP headers of the blob: one that is absent is cleared. Throws `NotFound`, `PreconditionFailed`. */
export function setHeaders(
  context: BlobContext,
  address: BlobAddress,
  options: PutBlobOptions,
): Promise<BlobProperties> {
  const change = { ...toHeaderColumns(options), content_md5: options.contentMd5 ?? null };
  return set(context, address, { conditions: options, change });
}

/** `false` when there is no such blob. Throws `NotFound` for the container, `PreconditionFailed`. */
export async function deleteBlob(
  context: BlobContext,
  address: BlobAddress,
  conditions: BlobConditions,
): Promise<boolean> {
  const isDeleted = await changeBlob(context, address, ({ containerId, current }) => {
    if (current === undefined) return { steps: [], result: false };
    checkWriteConditions(toTarget(current), conditions);
    const drop = dropContent(context, { containerId, current, name: address.name });
    return { steps: [insistOn(context, current), ...drop], result: true };
  });
  if (isDeleted) context.sweeper.request();
  return isDeleted;
}

function set(
  context: BlobContext,
  address: BlobAddress,
  request: { readonly conditions: BlobConditions; readonly change: Partial<BlobRow> },
): Promise<BlobProperties> {
  return changeBlob(context, address, ({ current }) => {
    if (current === undefined) throw blobNotFound(address);
    checkWriteConditions(toTarget(current), request.conditions);
    const desired = { ...current, ...request.change, etag: newEtag(), modified_at: context.clock.now() };
    const steps = [insistOn(context, current), context.database.sql.insertInto("blobs").values(desired)];
    return { steps, result: toBlobProperties(desired, address.container) };
  });
}
