import type { BlobContext } from "./blob-context.ts";
import { resumePurges } from "./containers.ts";
import { CLEANING_BATCH_MAX, UNCOMMITTED_BLOCK_LIFETIME_MS } from "./storage-limits.ts";

/**
 * Puts right what the last process left unfinished: files without a row go, files with a row lose their second name,
 * deleted content is removed, old uncommitted blocks are forgotten. Takes time for what was unfinished, not for what
 * is stored.
 */
export async function recover(context: BlobContext): Promise<{ readonly discardedCount: number }> {
  const unfinished = await context.objects.listUnfinished();
  let discardedCount = 0;
  for (let start = 0; start < unfinished.length; start += CLEANING_BATCH_MAX) {
    const ids = unfinished.slice(start, start + CLEANING_BATCH_MAX);
    const used = await findUsed(context, ids);
    const unused = ids.filter((id) => !used.has(id));
    context.objects.settle(ids.filter((id) => used.has(id)));
    await context.objects.discard(unused);
    discardedCount += unused.length;
  }
  await context.objects.idle();
  await forgetOldBlocks(context);
  await resumePurges(context);
  context.sweeper.request();
  return { discardedCount };
}

async function findUsed(context: BlobContext, ids: readonly string[]): Promise<Set<string>> {
  const { database } = context;
  const blobs = await database.read(database.sql.selectFrom("blobs").select("object_id").where("object_id", "in", ids));
  const blocks = await database.read(
    database.sql.selectFrom("blocks").select("object_id").where("object_id", "in", ids),
  );
  return new Set([...blobs, ...blocks].flatMap(({ object_id: id }) => (id === null ? [] : [id])));
}

async function forgetOldBlocks(context: BlobContext): Promise<void> {
  const { database, clock } = context;
  const before = clock.now() - UNCOMMITTED_BLOCK_LIFETIME_MS;
  const waste = database.sql
    .insertInto("garbage")
    .columns(["object_id"])
    .expression((builder) =>
      builder
        .selectFrom("blocks")
        .select("object_id")
        .where("state", "=", "uncommitted")
        .where("created_at", "<", before),
    )
    .onConflict((conflict) => conflict.doNothing());
  const blocks = database.sql.deleteFrom("blocks").where("state", "=", "uncommitted").where("created_at", "<", before);
  await database.write([waste, blocks]);
}
