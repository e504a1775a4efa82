import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Runs something while no other process does under the same lock. The lock is the kernel's, held through an open SQLite
 * file: it ends with its process, however that ends, so that a crash leaves nothing to clear up.
 *
 * @param onWait Called once when somebody else holds the lock.
 */
export async function withFileLock<Value>(
  path: string,
  options: { signal: AbortSignal; onWait(): void },
  run: () => Promise<Value>,
): Promise<Value> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  try {
    for (let look = 0; !tryLock(database); look++) {
      if (look === 0) options.onWait();
      await sleep(LOOK_MS, undefined, { signal: options.signal });
    }
    return await run();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("PRAGMA busy_timeout=0; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && Number(error.errcode) === SQLITE_BUSY) return false;
    throw error;
  }
}
