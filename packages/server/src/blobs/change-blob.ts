import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Compilable } from "kysely";

import { WriteConflict, type WriteStep } from "../database/database.ts";
import type { BlobContext } from "./blob-context.ts";
import { findBlobRow, findContainer, getContainer } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import type { BlobAddress } from "./blob-store.ts";
import { COMMIT_ATTEMPTS_MAX } from "./storage-limits.ts";

export type Step = Compilable | WriteStep;

export interface BlobChange<Result> {
  readonly steps: readonly Step[];
  readonly result: Result;
}

/** The blob as it was read; the change must insist on it (see {@link insistOn}). */
export interface BlobNow {
  readonly containerId: string;
  readonly current: BlobRow | undefined;
}

/**
 * Carries out a change of one blob: reads it, lets `decide` say what to write, writes, and begins again when somebody
 * else was faster. What `decide` throws (unmet conditions) is thrown from here.
 */
export async function changeBlob<Result>(
  context: BlobContext,
  address: BlobAddress,
  decide: (now: BlobNow) => BlobChange<Result> | Promise<BlobChange<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt++) {
    const container = await getContainer(context, address.account, address.container);
    const current = await findBlobRow(context, container.id, address.name);
    const change = await decide({ containerId: container.id, current });
    if (change.steps.length === 0) return change.result;
    try {
      await context.database.write(change.steps);
      return change.result;
    } catch (error) {
      if (!isOvertaken(error) && !(await isGone(context, address, container.id))) throw error;
    }
  }
  throw new PlatformError(
    "TooManyRequests",
    `Blob '${address.name}' is being changed by too many writers. Try again.`,
    {
      azureCode: "ServerBusy",
    },
  );
}

/** Undoes the whole write unless the blob is still the one that was read. The row is gone afterwards. */
export function insistOn(context: BlobContext, blob: BlobRow): WriteStep {
  const query = context.database.sql
    .deleteFrom("blobs")
    .where("container_id", "=", blob.container_id)
    .where("name", "=", blob.name)
    .where("etag", "=", blob.etag);
  return { query, expectChanges: 1 };
}

/** Replaces the blob that was read, or inserts where none was. */
export function replaceBlob(context: BlobContext, current: BlobRow | undefined, desired: BlobRow): Step[] {
  const insert = context.database.sql.insertInto("blobs").values(desired);
  return current === undefined ? [insert] : [insistOn(context, current), insert];
}

/** Names the content of the blob as garbage, and forgets its blocks: the committed, the waiting and both. */
export function dropContent(context: BlobContext, now: BlobNow & { readonly name: string }): Step[] {
  const { sql } = context.database;
  const objectId = now.current?.object_id ?? undefined;
  const waste = sql
    .insertInto("garbage")
    .columns(["object_id"])
    .expression((builder) =>
      builder
        .selectFrom("blocks")
        .select("object_id")
        .distinct()
        .where("container_id", "=", now.containerId)
        .where("name", "=", now.name),
    )
    .onConflict((conflict) => conflict.doNothing());
  const blocks = sql.deleteFrom("blocks").where("container_id", "=", now.containerId).where("name", "=", now.name);
  const whole = objectId === undefined ? [] : [dropObject(context, objectId)];
  return [...whole, waste, blocks];
}

export function dropObject(context: BlobContext, objectId: string): Step {
  return context.database.sql
    .insertInto("garbage")
    .values({ object_id: objectId })
    .onConflict((conflict) => conflict.doNothing());
}

function isOvertaken(error: unknown): boolean {
  return error instanceof WriteConflict || (error instanceof PlatformError && error.code === "AlreadyExists");
}

/** A write into a container that was deleted meanwhile fails on its foreign key. */
async function isGone(context: BlobContext, address: BlobAddress, containerId: string): Promise<boolean> {
  const container = await findContainer(context, address.account, address.container);
  return container?.id !== containerId;
}
