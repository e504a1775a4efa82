import { PlatformError } from "@lazuli/contract/errors.ts";

import { checkWriteConditions } from "./blob-conditions.ts";
import type { BlobContext } from "./blob-context.ts";
import { findContainer, getContainer, newEtag, newRowId, parseMetadata, renderMetadata } from "./blob-rows.ts";
import type { ContainerRow } from "./blob-schema.ts";
import type { BlobConditions } from "./blob-store.ts";
import { toTarget } from "./put-blob.ts";
import { CLEANING_BATCH_MAX, LIST_PAGE_MAX } from "./storage-limits.ts";
import { afterAllWith } from "./name-order.ts";

const NAME = /^(?:\$root|\$web|\$logs|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/;

export interface ContainerProperties {
  readonly name: string;
  readonly etag: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ContainerPage {
  readonly containers: readonly ContainerProperties[];
  readonly next: string | undefined;
}

export interface ListContainersQuery {
  readonly account: string;
  readonly prefix?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

interface NewContainer {
  readonly account: string;
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Throws `AlreadyExists`, or `BadRequest` for a name that Azure refuses. The account must exist. */
export async function createContainer(context: BlobContext, desired: NewContainer): Promise<ContainerProperties> {
  if (!NAME.test(desired.name)) {
    const rule = "Use 3 to 63 lower-case letters, digits and single hyphens, with a letter or digit at both ends.";
    throw new PlatformError("BadRequest", `'${desired.name}' cannot name a container. ${rule}`, {
      azureCode: "InvalidResourceName",
    });
  }
  const now = context.clock.now();
  const row: ContainerRow = {
    id: newRowId(),
    account: desired.account,
    name: desired.name,
    etag: newEtag(),
    created_at: now,
    modified_at: now,
    metadata: renderMetadata(desired.metadata),
    deleted_at: null,
  };
  try {
    await context.database.write([context.database.sql.insertInto("containers").values(row)]);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "AlreadyExists") throw error;
    throw new PlatformError("AlreadyExists", `Container '${desired.name}' already exists.`, {
      azureCode: "ContainerAlreadyExists",
      cause: error,
    });
  }
  return toProperties(row);
}

export async function ensureContainer(context: BlobContext, account: string, name: string): Promise<void> {
  if ((await findContainer(context, account, name)) !== undefined) return;
  try {
    await createContainer(context, { account, name });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "AlreadyExists") throw error;
  }
}

export async function getContainerProperties(
  context: BlobContext,
  account: string,
  name: string,
): Promise<ContainerProperties> {
  return toProperties(await getContainer(context, account, name));
}

/** Throws `NotFound`, `PreconditionFailed`. */
export async function setContainerMetadata(
  context: BlobContext,
  target: NewContainer,
  conditions: BlobConditions,
): Promise<ContainerProperties> {
  const current = await getContainer(context, target.account, target.name);
  checkWriteConditions(toTarget(current), conditions);
  const change = {
    metadata: renderMetadata(target.metadata),
    etag: newEtag(),
    modified_at: context.clock.now(),
  };
  const query = context.database.sql.updateTable("containers").set(change).where("id", "=", current.id);
  await context.database.write([{ query: query.where("deleted_at", "is", null), expectChanges: 1 }]);
  return toProperties({ ...current, ...change });
}

export async function listContainers(context: BlobContext, query: ListContainersQuery): Promise<ContainerPage> {
  const limit = Math.min(query.limit ?? LIST_PAGE_MAX, LIST_PAGE_MAX);
  const prefix = query.prefix ?? "";
  const end = afterAllWith(prefix);
  let select = context.database.sql
    .selectFrom("containers")
    .selectAll()
    .where("account", "=", query.account)
    .where("deleted_at", "is", null)
    .where("name", ">=", prefix)
    .orderBy("name")
    .limit(limit + 1);
  if (end !== undefined) select = select.where("name", "<", end);
  if (query.after !== undefined) select = select.where("name", ">", query.after);
  const rows = await context.database.read(select);
  const containers = rows.slice(0, limit).map(toProperties);
  return { containers, next: rows.length > limit ? containers.at(-1)?.name : undefined };
}

/**
 * The container and its blobs are gone when this resolves, and the name is free; rows and files are cleared away in
 * the background by {@link purgeContainer}.
 */
export async function deleteContainer(
  context: BlobContext,
  target: { readonly account: string; readonly name: string },
  conditions: BlobConditions,
): Promise<void> {
  const current = await getContainer(context, target.account, target.name);
  checkWriteConditions(toTarget(current), conditions);
  const query = context.database.sql
    .updateTable("containers")
    .set({ deleted_at: context.clock.now() })
    .where("id", "=", current.id);
  await context.database.write([query]);
  clearAway(context, [current.id]);
}

/** Deletes all containers of an account, as {@link deleteContainer} does with one. */
export async function deleteContainers(context: BlobContext, account: string): Promise<void> {
  const { sql } = context.database;
  const own = sql.selectFrom("containers").select("id").where("account", "=", account).where("deleted_at", "is", null);
  const rows = await context.database.read(own);
  const mark = sql.updateTable("containers").set({ deleted_at: context.clock.now() }).where("account", "=", account);
  await context.database.write([mark.where("deleted_at", "is", null)]);
  const ids = rows.map((row) => row.id);
  clearAway(context, ids);
}

/** Containers whose clearing was interrupted: what is left of them goes now. */
export async function resumePurges(context: BlobContext): Promise<void> {
  const { sql } = context.database;
  const deleted = await context.database.read(
    sql.selectFrom("containers").select("id").where("deleted_at", "is not", null),
  );
  const ids = deleted.map((row) => row.id);
  clearAway(context, ids);
}

function clearAway(context: BlobContext, containerIds: readonly string[]): void {
  context.sweeper.track(async () => {
    for (const id of containerIds) await purgeContainer(context, id);
  });
}

/** Removes what a deleted container held, a batch at a time, and its row at the end. */
async function purgeContainer(context: BlobContext, containerId: string): Promise<void> {
  const { database } = context;
  for (const table of ["blobs", "blocks"] as const) {
    for (;;) {
      const names = await database.read(
        database.sql
          .selectFrom(table)
          .select("name")
          .where("container_id", "=", containerId)
          .orderBy("name")
          .limit(CLEANING_BATCH_MAX),
      );
      const last = names.at(-1);
      if (last === undefined) break;
      const waste = database.sql
        .insertInto("garbage")
        .columns(["object_id"])
        .expression((builder) =>
          builder
            .selectFrom(table)
            .select((column) => column.ref("object_id").$notNull().as("object_id"))
            .distinct()
            .where("container_id", "=", containerId)
            .where("name", "<=", last.name)
            .where("object_id", "is not", null),
        )
        .onConflict((conflict) => conflict.doNothing());
      const rows = database.sql
        .deleteFrom(table)
        .where("container_id", "=", containerId)
        .where("name", "<=", last.name);
      await database.write([waste, rows]);
      context.sweeper.request();
    }
  }
  await database.write([database.sql.deleteFrom("containers").where("id", "=", containerId)]);
}

function toProperties(row: ContainerRow): ContainerProperties {
  return {
    name: row.name,
    etag: row.etag,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    metadata: parseMetadata(row.metadata),
  };
}
