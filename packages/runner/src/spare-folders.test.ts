import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { removeLeftSpares, SpareFolders } from "./spare-folders.ts";
import { ensureResultFolders, makeTaskFolders } from "./task-folders.ts";

describe("spare folders", () => {
  let home: string;
  let spares: SpareFolders;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "lazuli-spare-"));
    spares = new SpareFolders("abc");
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  /** As a task does: claims a folder, makes what it needs, leaves something, and is cleared away. */
  async function live(name: string, leave: (folder: string) => void): Promise<void> {
    const folder = join(home, name);
    assert.ok(spares.claim(folder, name));
    ensureResultFolders(makeTaskFolders(folder));
    leave(folder);
    await spares.clear(folder);
    assert.ok(!existsSync(folder));
  }

  function listAll(folder: string): string[] {
    return readdirSync(folder, { recursive: true }).map(String).toSorted();
  }

  it("makes a folder with its attempt, and none where one is", () => {
    const folder = join(home, "task");
    assert.ok(spares.claim(folder, "first"));
    assert.equal(spares.claim(folder, "second"), false);
    assert.equal(readFileSync(join(folder, "attempt.json"), "utf8"), "first");
  });

  const leftovers: Record<string, (folder: string) => void> = {
    nothing: () => {},
    "files everywhere": (folder) => {
      for (const place of ["wd", "wd/outputs", "wd/logs", "user_logs", "."])
        writeFileSync(join(folder, place, "a"), "a");
    },
    "links in the place of files": (folder) => symlinkSync(home, join(folder, "wd", "home")),
    "folders of its own": (folder) => mkdirSync(join(folder, "wd", "outputs", "model")),
    "a link in the place of a folder": (folder) => {
      rmSync(join(folder, "wd", "outputs"), { recursive: true });
      symlinkSync(home, join(folder, "wd", "outputs"));
    },
    "folders that are gone": (folder) => rmSync(join(folder, "wd"), { recursive: true }),
    "more files than are worth it": (folder) => {
      for (let index = 0; index < 100; index += 1) writeFileSync(join(folder, "wd", String(index)), "");
    },
    "a folder open to all": (folder) => chmodSync(join(folder, "wd", "logs"), 0o777),
  };
  for (const [what, leave] of Object.entries(leftovers)) {
    it(`gives the next task a fresh folder after one that left ${what}`, async () => {
      const kept = join(home, "kept");
      writeFileSync(kept, "kept");
      await live("first", leave);
      assert.ok(spares.claim(join(home, "second"), "second"));
      const shape = ["attempt.json", "spare-logs", "spare-outputs", "user_logs", "wd"];
      assert.deepEqual(listAll(join(home, "second")), shape);
      assert.equal(readFileSync(join(home, "second", "attempt.json"), "utf8"), "second");
      assert.equal(readFileSync(kept, "utf8"), "kept");
    });
  }

  it("removes its spare ones at the end, and those of runners that were killed", async () => {
    await live("task", () => {});
    assert.deepEqual(readdirSync(home).length, 1);
    await removeLeftSpares(home, (runnerId) => runnerId === "abc");
    assert.deepEqual(readdirSync(home).length, 1);
    spares.close();
    assert.deepEqual(readdirSync(home), []);
    await live("task", () => {});
    await removeLeftSpares(home, () => false);
    assert.deepEqual(readdirSync(home), []);
  });
});
