import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { systemClock } from "../../packages/server/src/base/clock.ts";
import { silentLog } from "../../packages/server/src/base/log.ts";
import { openSqliteDatabase } from "../../packages/server/src/database/sqlite-database.ts";
import { systemPrincipal } from "../../packages/server/src/engine/access/principal.ts";
import { controlMigrations, type ControlSchema } from "../../packages/server/src/engine/control-schema.ts";
import { createEngine, type Engine } from "../../packages/server/src/engine/engine.ts";
import type { ControlDatabase } from "../../packages/server/src/engine/resources/resource-store.ts";

import { MOUNT_REFUSED, mountSmallDisk } from "../support/small-disk.ts";

const DISK = "4m";
const FILLER_BYTES = 2 * 1024 * 1024;
const DESCRIPTION = "x".repeat(20_000);
const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/full";

describe("the resource store on a full disk", { timeout: 60_000 }, async () => {
  const disk = await mountSmallDisk(DISK);
  const skip = disk.isMounted ? false : MOUNT_REFUSED;
  const filler = join(disk.folder, "filler");
  const kept: string[] = [];
  let database: ControlDatabase;
  let engine: Engine;

  before(async () => {
    database = await openSqliteDatabase<ControlSchema>(join(disk.folder, "control.db"), controlMigrations);
    engine = createEngine({ database, clock: systemClock, log: silentLog });
    await engine.resources.put({ id: WORKSPACE, properties: {}, principal: systemPrincipal });
    await writeFile(filler, Buffer.alloc(FILLER_BYTES));
  });
  after(async () => {
    await database.close();
    await disk.remove();
  });

  async function putModel(index: number): Promise<void> {
    const id = `${WORKSPACE}/models/m${index}/versions/1`;
    const properties = { modelUri: "azureml://x", description: DESCRIPTION };
    await engine.resources.put({ id, properties, principal: systemPrincipal });
    kept.push(id);
  }

  it(
    "refuses what does not fit by name, keeps what it acknowledged, and goes on once there is room",
    { skip },
    async () => {
      await assert.rejects(
        async () => {
          for (let index = 0; index < 1_000; index += 1) await putModel(index);
        },
        { code: "StorageFull" },
      );
      assert.ok(kept.length > 3);
      for (const id of kept) assert.equal((await engine.resources.get(id)).properties["description"], DESCRIPTION);
      await rm(filler);
      await putModel(1_001);
      assert.equal(
        (await engine.resources.list({ parentKey: WORKSPACE, type: "workspaces/models" })).items.length,
        kept.length,
      );
    },
  );
});
