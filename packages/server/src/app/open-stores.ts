import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../database/database.ts";
import { databaseView } from "../database/database-view.ts";
import { openSqliteDatabase } from "../database/sqlite-database.ts";
import { WriterThread } from "../database/writer-thread.ts";
import { accessMigrations } from "../engine/access/access-schema.ts";
import { controlMigrations, type ControlSchema } from "../engine/control-schema.ts";
import { quotaMigrations, type QuotaTables } from "../engine/placement/quota-schema.ts";
import { reuseMigrations, type ReuseTables } from "../engine/reuse/reuse-schema.ts";
import { openLiveLogs } from "../engine/tasks/open-live-logs.ts";
import { taskMigrations, type TaskTables } from "../engine/tasks/task-schema.ts";
import type { LiveLogs } from "../engine/tasks/tasks.ts";
import { openSecretBox, type SecretBox } from "../engine/secrets/secret-box.ts";
import type { BlobEngine } from "../blobs/blob-engine.ts";
import { blobMigrations, type BlobSchema } from "../blobs/blob-schema.ts";
import { openBlobStore } from "../blobs/open-blob-store.ts";
import { openTrackingStore, type Tracking } from "../tracking/open-tracking-store.ts";
import { trackingMigrations, type TrackingSchema } from "../tracking/tracking-schema.ts";

/** Everything that a home keeps on disk, opened. */
export interface Stores {
  readonly control: Database<ControlSchema>;
  readonly taskTables: Database<TaskTables>;
  readonly reuseTables: Database<ReuseTables>;
  readonly quotaTables: Database<QuotaTables>;
  readonly tracking: Tracking;
  readonly blobs: BlobEngine;
  readonly liveLogs: LiveLogs;
  readonly secretBox: SecretBox;
  close(): Promise<void>;
}

export async function openStores(home: string, parts: { clock: Clock; log: Log }): Promise<Stores> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const keys = join(home, "keys");
  const secretBox = await openSecretBox(keys);
  const migrations = [
    ...controlMigrations,
    ...accessMigrations,
    ...taskMigrations,
    ...reuseMigrations,
    ...quotaMigrations,
  ];
  const thread = await WriterThread.start();
  const control = await openSqliteDatabase<ControlSchema>(join(home, "control.db"), migrations, thread);
  const tracking = await openSqliteDatabase<TrackingSchema>(join(home, "tracking.db"), trackingMigrations, thread);
  const blobDatabase = await openSqliteDatabase<BlobSchema>(join(home, "blobs.db"), blobMigrations, thread);
  const blobs = await openBlobStore({
    database: blobDatabase,
    folder: join(home, "objects"),
    secretBox,
    ...parts,
  });
  return {
    control,
    taskTables: databaseView(control),
    reuseTables: databaseView(control),
    quotaTables: databaseView(control),
    tracking: openTrackingStore({ database: tracking, clock: parts.clock }),
    blobs,
    liveLogs: openLiveLogs({ folder: join(home, "logs", "tasks") }),
    secretBox,
    async close() {
      await blobs.close();
      await blobDatabase.close();
      await tracking.close();
      await control.close();
    },
  };
}
