import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { TaskFailure } from "../task-failure.ts";
import { placeFiles } from "./place-files.ts";

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "lazuli-place-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("place files", () => {
  it("links what is only read and copies what may be changed, so that the store's bytes stay", () =>
    inFolder((folder) => {
      const stored = join(folder, "stored");
      writeFileSync(stored, "one");
      placeFiles(join(folder, "read"), { "a/b.txt": stored }, { isWritable: false });
      assert.equal(statSync(join(folder, "read/a/b.txt")).ino, statSync(stored).ino);
      placeFiles(join(folder, "write"), { "a/b.txt": stored }, { isWritable: true });
      appendFileSync(join(folder, "write/a/b.txt"), " two");
      assert.equal(readFileSync(stored, "utf8"), "one");
    }));

  it("refuses names that leave the folder", () =>
    inFolder((folder) => {
      for (const name of ["../x", "a/../../x", "/x", "a//b", ""]) {
        assert.throws(() => placeFiles(folder, { [name]: "/etc/passwd" }, { isWritable: true }), TaskFailure);
      }
    }));
});
