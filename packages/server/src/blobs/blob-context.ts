import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../database/database.ts";
import type { BlobQueries } from "./blob-queries.ts";
import type { BlobSchema } from "./blob-schema.ts";
import type { GarbageSweeper } from "./garbage-sweeper.ts";
import type { ObjectFiles } from "./object-files.ts";

/** What every operation on blobs works with. */
export interface BlobContext {
  readonly database: Database<BlobSchema>;
  readonly queries: BlobQueries;
  readonly objects: ObjectFiles;
  readonly sweeper: GarbageSweeper;
  readonly clock: Clock;
  readonly log: Log;
}
