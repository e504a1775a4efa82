import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import {
  checkBlobName,
  findBlobRow,
  getContainer,
  newEtag,
  renderMetadata,
  toBlobProperties,
  toHeaderColumns,
} from "./blob-rows.ts";
import type { BlobAddress, BlobConditions, BlobKind, BlobProperties, PutBlobOptions } from "./blob-store.ts";
import { changeBlob, dropContent, replaceBlob } from "./change-blob.ts";
import { commitStaged } from "./commit-staged.ts";
import { PUT_BLOB_BYTES_MAX } from "./storage-limits.ts";
import type { BlobContent } from "./write-content.ts";

interface WholeContent {
  readonly kind: BlobKind;
  /** `undefined` for empty content, which needs no file. */
  readonly objectId: string | undefined;
  readonly sizeBytes: number;
  readonly md5: string | undefined;
}

/** Replaces or makes a block blob from one body. */
export async function putBlob(
  context: BlobContext,
  address: BlobAddress,
  { content, options }: { readonly content: BlobContent; readonly options: PutBlobOptions },
): Promise<BlobProperties> {
  await checkBeforeBody(context, address, options);
  const staged = await context.objects.stage(content, PUT_BLOB_BYTES_MAX);
  return commitStaged(context, [staged.id], async () => {
    const md5 = staged.md5.toString("base64");
    checkMd5(options.contentMd5, md5);
    const whole = { kind: "BlockBlob", objectId: staged.id, sizeBytes: staged.sizeBytes, md5 } as const;
    return commitWhole(context, address, { whole, options });
  });
}

/** Takes a file of this machine in; its MD5 stays unknown, because reading it all is what a link saves. */
export async function adoptFile(
  context: BlobContext,
  address: BlobAddress,
  { path, options }: { readonly path: string; readonly options: PutBlobOptions },
): Promise<BlobProperties> {
  await checkBeforeBody(context, address, options);
  const staged = await context.objects.stageFile(path);
  const whole = {
    kind: "BlockBlob",
    objectId: staged.id,
    sizeBytes: staged.sizeBytes,
    md5: options.contentMd5,
  } as const;
  return commitStaged(context, [staged.id], () => commitWhole(context, address, { whole, options }));
}

/** Makes an empty append blob. */
export async function createAppendBlob(
  context: BlobContext,
  address: BlobAddress,
  options: PutBlobOptions,
): Promise<BlobProperties> {
  checkBlobName(address.name);
  const whole = { kind: "AppendBlob", objectId: undefined, sizeBytes: 0, md5: undefined } as const;
  return commitWhole(context, address, { whole, options });
}

/** Refuses what is refused anyway before the body is read. */
export async function checkBeforeBody(
  context: BlobContext,
  address: BlobAddress,
  conditions: BlobConditions,
): Promise<void> {
  checkBlobName(address.name);
  const container = await getContainer(context, address.account, address.container);
  checkWriteConditions(toTarget(await findBlobRow(context, container.id, address.name)), conditions);
}

export function toTarget(
  row: { readonly etag: string; readonly modified_at: number } | undefined,
): { etag: string; modifiedAt: number } | undefined {
  return row === undefined ? undefined : { etag: row.etag, modifiedAt: row.modified_at };
}

export function checkMd5(expected: string | undefined, actual: string): void {
  if (expected === undefined || expected === actual) return;
  throw new PlatformError("BadRequest", `The content's MD5 is '${actual}', but the request says '${expected}'.`, {
    azureCode: "Md5Mismatch",
  });
}

async function commitWhole(
  context: BlobContext,
  address: BlobAddress,
  { whole, options }: { readonly whole: WholeContent; readonly options: PutBlobOptions },
): Promise<BlobProperties> {
  const properties = await changeBlob(context, address, ({ containerId, current }) => {
    checkWriteConditions(toTarget(current), options);
    const now = context.clock.now();
    const desired = {
      container_id: containerId,
      name: address.name,
      kind: whole.kind,
      size_bytes: whole.sizeBytes,
      etag: newEtag(),
      created_at: now,
      modified_at: now,
      ...toHeaderColumns(options),
      content_md5: whole.md5 ?? null,
      metadata: renderMetadata(options.metadata),
      object_id: whole.objectId ?? null,
      block_count: 0,
    };
    const steps = [
      ...replaceBlob(context, current, desired),
      ...dropContent(context, { containerId, current, name: address.name }),
    ];
    return {
      steps,
      result: { properties: toBlobProperties(desired, address.container), isNew: current === undefined },
    };
  });
  if (!properties.isNew) context.sweeper.request();
  return properties.properties;
}
