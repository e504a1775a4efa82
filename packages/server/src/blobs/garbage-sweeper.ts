import { describeError } from "@lazuli/contract/errors.ts";

import type { Log } from "../base/log.ts";
import type { Database } from "../database/database.ts";
import type { BlobSchema } from "./blob-schema.ts";
import type { ObjectFiles } from "./object-files.ts";
import { CLEANING_BATCH_MAX } from "./storage-limits.ts";

interface SweeperDependencies {
  readonly database: Database<BlobSchema>;
  readonly objects: ObjectFiles;
  readonly log: Log;
}

/**
 * Removes the files that the table `garbage` names, in the background and one sweep at a time.
 *
 * A reader of many files pins them, because it opens each only when it gets there; a pinned file waits for the sweep
 * after its release. A sweep that fails loses nothing: the rows stay until their files are gone.
 */
export class GarbageSweeper {
  readonly #database: Database<BlobSchema>;
  readonly #objects: ObjectFiles;
  readonly #log: Log;
  readonly #pins = new Map<string, number>();
  readonly #works = new Set<Promise<void>>();
  #sweeping: Promise<void> | undefined;
  #isWanted = false;
  #isClosed = false;

  constructor(dependencies: SweeperDependencies) {
    this.#database = dependencies.database;
    this.#objects = dependencies.objects;
    this.#log = dependencies.log;
  }

  /** Call after a commit that wrote garbage. */
  request(): void {
    this.#isWanted = true;
    if (this.#isClosed) return;
    this.#sweeping ??= this.#run();
  }

  /** Runs background work that makes garbage, and counts it in {@link idle}. A failure is logged: opening tries again. */
  track(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => {
        this.#log.warn(
          { error: describeError(error) },
          "Deleted containers are not cleared away yet; tried again at start.",
        );
      })
      .finally(() => this.#works.delete(running));
    this.#works.add(running);
  }

  /** Resolves when nothing that was requested remains to be swept. */
  async idle(): Promise<void> {
    while (this.#sweeping !== undefined || this.#works.size > 0) {
      await Promise.all([this.#sweeping, ...this.#works]);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  /** Keeps files from being removed until the returned function is called. */
  pin(ids: readonly string[]): () => void {
    for (const id of ids) this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1);
    let isPinned = true;
    return () => {
      if (!isPinned) return;
      isPinned = false;
      for (const id of ids) this.#unpin(id);
      this.request();
    };
  }

  #unpin(id: string): void {
    const count = (this.#pins.get(id) ?? 1) - 1;
    if (count === 0) this.#pins.delete(id);
    else this.#pins.set(id, count);
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#sweep();
      }
    } catch (error) {
      this.#log.warn(
        { error: describeError(error) },
        "Files of deleted blobs could not be removed; tried again later.",
      );
    } finally {
      this.#sweeping = undefined;
    }
  }

  async #sweep(): Promise<void> {
    let after = "";
    for (;;) {
      const rows = await this.#database.read(
        this.#database.sql
          .selectFrom("garbage")
          .select("object_id")
          .where("object_id", ">", after)
          .orderBy("object_id")
          .limit(CLEANING_BATCH_MAX),
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.object_id;
      await this.#remove(rows.map((row) => row.object_id).filter((id) => !this.#pins.has(id)));
    }
  }

  async #remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await Promise.all(ids.map((id) => this.#objects.remove(id)));
    await this.#database.write([this.#database.sql.deleteFrom("garbage").where("object_id", "in", ids)]);
  }
}
