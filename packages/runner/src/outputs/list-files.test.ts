import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { listFiles } from "./list-files.ts";

describe("list files", () => {
  it("follows links that stay inside and leaves out those that escape", () => {
    const root = mkdtempSync(join(tmpdir(), "lazuli-list-"));
    const folder = join(root, "outputs");
    mkdirSync(join(folder, "deep"), { recursive: true });
    writeFileSync(join(root, "model.pkl"), "m");
    writeFileSync(join(folder, "deep", "a.txt"), "a");
    symlinkSync("../model.pkl", join(folder, "inside"));
    symlinkSync("/etc/passwd", join(folder, "escapes"));
    symlinkSync("/etc", join(folder, "escapes-as-folder"));
    symlinkSync(".", join(folder, "loop"));
    symlinkSync("nowhere", join(folder, "broken"));
    assert.deepEqual(listFiles(folder, root), ["deep/a.txt", "inside"]);
    rmSync(root, { recursive: true });
  });
});
