import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { findServer } from "./server-file.ts";

export interface HomeLock {
  release(): void;
}

/**
 * Keeps a second server off this data directory for as long as this process lives.
 *
 * The lock is SQLite's own lock on an empty file, because the kernel lifts it the moment its holder dies: after
 * `kill -9` there is nothing stale to judge by process ids that may be in use again. Throws `Conflict`.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(home, "lock"));
  try {
    database.exec("PRAGMA busy_timeout=0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof Error && error.message.includes("locked"))) throw error;
    const holder = await findServer(home);
    const who = holder === undefined ? "" : ` (process ${holder.pid}, at ${holder.url})`;
    throw new PlatformError(
      "Conflict",
      `A Lazuli server already runs on '${home}'${who}; end it with './lazuli down', or choose another folder with --home.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}
