import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import {
  blobNotFound,
  checkBlobName,
  findBlobRow,
  getContainer,
  listBlocks,
  newEtag,
  toBlobProperties,
} from "./blob-rows.ts";
import type { BlobRow, BlockRow } from "./blob-schema.ts";
import type { BlobAddress, BlobConditions, BlobProperties } from "./blob-store.ts";
import { keepUsedObjects, placeBlocks } from "./blocks.ts";
import { changeBlob, dropContent, replaceBlob } from "./change-blob.ts";
import { commitStaged } from "./commit-staged.ts";
import { toTarget } from "./put-blob.ts";
import { OPEN_ATTEMPTS_MAX } from "./storage-limits.ts";

export interface CopyRequest {
  readonly source: BlobAddress;
  readonly sourceConditions: BlobConditions;
  readonly conditions: BlobConditions;
  /** What differs from the source: metadata, HTTP headers. */
  readonly changes: Partial<BlobRow>;
}

/** The source's content at one moment, linked under ids of its own. */
interface LinkedContent {
  readonly source: BlobRow;
  readonly objectId: string | null;
  readonly blocks: readonly BlockRow[];
  readonly stagedIds: readonly string[];
}

/** Copies a blob of this server by linking its content files. Throws `NotFound`, `PreconditionFailed`, `AlreadyExists`. */
export async function copyBlob(
  context: BlobContext,
  target: BlobAddress,
  request: CopyRequest,
): Promise<BlobProperties> {
  checkBlobName(target.name);
  const linked = await linkContent(context, request);
  const properties = await commitStaged(context, linked.stagedIds, () => commit(context, target, { linked, request }));
  context.sweeper.request();
  return properties;
}

function commit(
  context: BlobContext,
  target: BlobAddress,
  { linked, request }: { readonly linked: LinkedContent; readonly request: CopyRequest },
): Promise<BlobProperties> {
  return changeBlob(context, target, ({ containerId, current }) => {
    checkWriteConditions(toTarget(current), request.conditions);
    const now = context.clock.now();
    const key = { container_id: containerId, name: target.name };
    const times = { etag: newEtag(), created_at: now, modified_at: now };
    const desired: BlobRow = { ...linked.source, ...request.changes, ...key, ...times, object_id: linked.objectId };
    const steps = [
      ...replaceBlob(context, current, desired),
      ...dropContent(context, { containerId, current, name: target.name }),
      ...placeBlocks(
        context,
        linked.blocks.map((block) => ({ ...block, ...key })),
      ),
      keepUsedObjects(context, key),
    ];
    return { steps, result: toBlobProperties(desired, target.container) };
  });
}

async function linkContent(context: BlobContext, request: CopyRequest): Promise<LinkedContent> {
  for (let attempt = 0; attempt < OPEN_ATTEMPTS_MAX; attempt++) {
    const source = await getSource(context, request);
    const blocks = source.block_count === 0 ? [] : await listBlocks(context, source, "committed");
    const ids = [...new Set([source.object_id, ...blocks.map((block) => block.object_id)])].filter((id) => id !== null);
    const copies = await linkAll(context, ids);
    if (copies === undefined) continue;
    return {
      source,
      objectId: source.object_id === null ? null : (copies.get(source.object_id) ?? null),
      blocks: blocks.map((block) => ({ ...block, object_id: copies.get(block.object_id) ?? block.object_id })),
      stagedIds: [...copies.values()],
    };
  }
  throw new PlatformError(
    "TooManyRequests",
    `Blob '${request.source.name}' is overwritten too often to copy. Try again.`,
    {
      azureCode: "ServerBusy",
    },
  );
}

async function getSource(context: BlobContext, request: CopyRequest): Promise<BlobRow> {
  const container = await getContainer(context, request.source.account, request.source.container);
  const source = await findBlobRow(context, container.id, request.source.name);
  if (source === undefined) throw blobNotFound(request.source);
  checkWriteConditions(toTarget(source), request.sourceConditions);
  return source;
}

/** `undefined` when a file went meanwhile: the source was overwritten. */
async function linkAll(context: BlobContext, ids: readonly string[]): Promise<Map<string, string> | undefined> {
  const copies = new Map<string, string>();
  try {
    for (const id of ids) copies.set(id, (await context.objects.stageFile(context.objects.path(id))).id);
    return copies;
  } catch (error) {
    await context.objects.discard([...copies.values()]);
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
