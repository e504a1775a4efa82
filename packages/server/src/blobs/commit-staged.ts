import { PlatformError } from "@lazuli/contract/errors.ts";

import { WriteConflict } from "../database/database.ts";
import type { BlobContext } from "./blob-context.ts";

/**
 * Commits the row of staged files, then lets go of their second names; removes the files when nothing was committed.
 *
 * When it is not certain whether the commit happened (the database went away), the files stay: the recovery at the next
 * open finds their names in `incoming/` and asks the rows.
 */
export async function commitStaged<Result>(
  context: BlobContext,
  ids: readonly string[],
  commit: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await commit();
    context.objects.settle(ids);
    return result;
  } catch (error) {
    if (isSurelyUncommitted(error)) await context.objects.discard(ids);
    throw error;
  }
}

function isSurelyUncommitted(error: unknown): boolean {
  if (error instanceof WriteConflict) return true;
  return error instanceof PlatformError && error.code !== "Unavailable";
}
