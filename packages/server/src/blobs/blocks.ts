import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import {
  findBlobRow,
  getContainer,
  blobNotFound,
  listBlocks,
  newEtag,
  newRowId,
  renderMetadata,
  toBlobProperties,
  toHeaderColumns,
} from "./blob-rows.ts";
import type { BlobRow, BlockRow } from "./blob-schema.ts";
import type { BlobAddress, BlobProperties, PutBlobOptions } from "./blob-store.ts";
import { changeBlob, dropContent, dropObject, replaceBlob, type Step } from "./change-blob.ts";
import { commitStaged } from "./commit-staged.ts";
import { checkBeforeBody, checkMd5, toTarget } from "./put-blob.ts";
import { BLOCK_BYTES_MAX, BLOCK_ID_BYTES_MAX, BLOCKS_MAX } from "./storage-limits.ts";
import type { BlobContent } from "./write-content.ts";

/** Rows that one statement may insert or name: SQLite takes 32,766 parameters. */
const ROWS_PER_STATEMENT = 1_000;

export interface BlockChoice {
  /** As the client wrote it, base64. */
  readonly id: string;
  readonly from: "committed" | "uncommitted" | "latest";
}

export interface BlockSummary {
  readonly id: string;
  readonly sizeBytes: number;
}

export interface BlockList {
  readonly committed: readonly BlockSummary[];
  readonly uncommitted: readonly BlockSummary[];
  /** `undefined` while only uncommitted blocks exist. */
  readonly blob: BlobProperties | undefined;
}

export interface PutBlockRequest {
  readonly id: string;
  readonly content: BlobContent;
  readonly contentMd5?: string | undefined;
}

/** Stores a block that is no part of the blob until a block list names it. Returns its MD5. */
export async function putBlock(context: BlobContext, address: BlobAddress, request: PutBlockRequest): Promise<Buffer> {
  checkBlockId(request.id);
  await checkBeforeBody(context, address, {});
  const staged = await context.objects.stage(request.content, BLOCK_BYTES_MAX);
  const isReplaced = await commitStaged(context, [staged.id], () => {
    checkMd5(request.contentMd5, staged.md5.toString("base64"));
    if (staged.sizeBytes === 0) throw badBlock("A block cannot be empty.", "InvalidHeaderValue");
    return commitBlock(context, address, { blockId: request.id, objectId: staged.id, sizeBytes: staged.sizeBytes });
  });
  if (isReplaced) context.sweeper.request();
  return staged.md5;
}

/** Makes the blob from the chosen blocks, in their order; all others are forgotten. */
export async function putBlockList(
  context: BlobContext,
  address: BlobAddress,
  request: { readonly blocks: readonly BlockChoice[]; readonly options: PutBlobOptions },
): Promise<BlobProperties> {
  if (request.blocks.length > BLOCKS_MAX) {
    throw new PlatformError("BadRequest", `A blob has at most ${BLOCKS_MAX} blocks.`, {
      azureCode: "BlockListTooLong",
    });
  }
  await checkBeforeBody(context, address, request.options);
  const properties = await changeBlob(context, address, async ({ containerId, current }) => {
    checkWriteConditions(toTarget(current), request.options);
    const key = { container_id: containerId, name: address.name };
    const chosen = await chooseBlocks(context, key, request.blocks);
    const now = context.clock.now();
    const desired: BlobRow = {
      ...key,
      kind: "BlockBlob",
      size_bytes: chosen.reduce((total, block) => total + block.size_bytes, 0),
      etag: newEtag(),
      created_at: current?.created_at ?? now,
      modified_at: now,
      ...toHeaderColumns(request.options),
      content_md5: request.options.contentMd5 ?? null,
      metadata: renderMetadata(request.options.metadata),
      object_id: null,
      block_count: chosen.length,
    };
    const steps = [
      ...replaceBlob(context, current, desired),
      ...takeBlocks(context, chosen),
      ...dropContent(context, { containerId, current, name: address.name }),
      ...placeBlocks(context, chosen),
      keepUsedObjects(context, key),
    ];
    return { steps, result: toBlobProperties(desired, address.container) };
  });
  context.sweeper.request();
  return properties;
}

/** Throws `NotFound` when there is neither a blob nor an uncommitted block of this name. */
export async function getBlockList(context: BlobContext, address: BlobAddress): Promise<BlockList> {
  const container = await getContainer(context, address.account, address.container);
  const blob = await findBlobRow(context, container.id, address.name);
  const key = { container_id: container.id, name: address.name };
  const committed = await listBlocks(context, key, "committed");
  const uncommitted = await listBlocks(context, key, "uncommitted");
  if (blob === undefined && uncommitted.length === 0) throw blobNotFound(address);
  return {
    committed: committed.map(toSummary),
    uncommitted: uncommitted.map(toSummary),
    blob: blob === undefined ? undefined : toBlobProperties(blob, address.container),
  };
}

/** Takes files that blocks use out of the garbage again; the last step of a change that moved blocks. */
export function keepUsedObjects(
  context: BlobContext,
  key: { readonly container_id: string; readonly name: string },
): Step {
  return context.database.sql
    .deleteFrom("garbage")
    .where("object_id", "in", (builder) =>
      builder
        .selectFrom("blocks")
        .select("object_id")
        .where("container_id", "=", key.container_id)
        .where("name", "=", key.name),
    );
}

/** Inserts rows as the committed blocks of their blob, in the given order. */
export function placeBlocks(context: BlobContext, blocks: readonly BlockRow[]): Step[] {
  const rows = blocks.map((block, position) => ({ ...block, id: newRowId(), state: "committed" as const, position }));
  return inGroups(rows).map((group) => context.database.sql.insertInto("blocks").values(group));
}

/** Removes rows, and insists that all of them are still there: a block put again meanwhile is another row. */
export function takeBlocks(context: BlobContext, blocks: readonly BlockRow[]): Step[] {
  const ids = [...new Set(blocks.map((block) => block.id))];
  return inGroups(ids).map((group) => ({
    query: context.database.sql.deleteFrom("blocks").where("id", "in", group),
    expectChanges: group.length,
  }));
}

function inGroups<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / ROWS_PER_STATEMENT);
  return Array.from({ length: count }, (_, group) =>
    items.slice(group * ROWS_PER_STATEMENT, (group + 1) * ROWS_PER_STATEMENT),
  );
}

async function commitBlock(
  context: BlobContext,
  address: BlobAddress,
  block: { readonly blockId: string; readonly objectId: string; readonly sizeBytes: number },
): Promise<boolean> {
  return changeBlob(context, address, async ({ containerId }) => {
    const { sql } = context.database;
    const key = { container_id: containerId, name: address.name };
    await checkIdLength(context, key, block.blockId);
    const former = await findUncommitted(context, key, block.blockId);
    const now = context.clock.now();
    const insert = sql.insertInto("blocks").values({
      id: newRowId(),
      ...key,
      state: "uncommitted",
      position: now,
      block_id: block.blockId,
      object_id: block.objectId,
      offset_bytes: 0,
      size_bytes: block.sizeBytes,
      created_at: now,
    });
    const replace =
      former === undefined ? [] : [...takeBlocks(context, [former]), dropObject(context, former.object_id)];
    return { steps: [...replace, insert], result: former !== undefined };
  });
}

async function findUncommitted(
  context: BlobContext,
  key: { readonly container_id: string; readonly name: string },
  blockId: string | undefined,
): Promise<BlockRow | undefined> {
  const query = context.database.sql
    .selectFrom("blocks")
    .selectAll()
    .where("container_id", "=", key.container_id)
    .where("name", "=", key.name)
    .where("state", "=", "uncommitted")
    .limit(1);
  const [row] = await context.database.read(blockId === undefined ? query : query.where("block_id", "=", blockId));
  return row;
}

/** Azure's rule: all block ids of a blob have the same length. */
async function checkIdLength(
  context: BlobContext,
  key: { readonly container_id: string; readonly name: string },
  blockId: string,
): Promise<void> {
  const other = await findUncommitted(context, key, undefined);
  if (other === undefined || other.block_id.length === blockId.length) return;
  throw badBlock(`Block id '${blockId}' has another length than the blob's other block ids.`, "InvalidBlobOrBlock");
}

function checkBlockId(id: string): void {
  const bytes = Buffer.from(id, "base64");
  if (id !== "" && bytes.toString("base64") === id && bytes.byteLength <= BLOCK_ID_BYTES_MAX) return;
  throw badBlock(`Block id '${id}' is not base64 of 1 to ${BLOCK_ID_BYTES_MAX} bytes.`, "InvalidQueryParameterValue");
}

async function chooseBlocks(
  context: BlobContext,
  key: { readonly container_id: string; readonly name: string },
  choices: readonly BlockChoice[],
): Promise<BlockRow[]> {
  const committed = byId(await listBlocks(context, key, "committed"));
  const uncommitted = byId(await listBlocks(context, key, "uncommitted"));
  return choices.map((choice) => {
    const block =
      (choice.from === "committed" ? undefined : uncommitted.get(choice.id)) ??
      (choice.from === "uncommitted" ? undefined : committed.get(choice.id));
    if (block !== undefined) return block;
    throw badBlock(`The block list names block '${choice.id}', which was never put.`, "InvalidBlockList");
  });
}

function byId(blocks: readonly BlockRow[]): Map<string, BlockRow> {
  return new Map(blocks.map((block) => [block.block_id, block]));
}

function toSummary(block: BlockRow): BlockSummary {
  return { id: block.block_id, sizeBytes: block.size_bytes };
}

function badBlock(message: string, azureCode: string): PlatformError {
  return new PlatformError("BadRequest", message, { azureCode });
}
