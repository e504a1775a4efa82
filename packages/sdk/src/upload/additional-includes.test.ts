import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { EMPTY_CONTENT, mergeIncludes } from "./additional-includes.ts";
import { hashCode, readLocalContent } from "./local-content.ts";

describe("additional includes", () => {
  let root: string;
  const at = (...path: string[]) => join(root, ...path);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "lazuli-includes-"));
    await Promise.all(["src/deep", "shared/inner", "other/shared"].map((path) => mkdir(at(path), { recursive: true })));
    const files = {
      "src/main.py": "1",
      "src/deep/a.py": "2",
      "shared/inner/b.py": "3",
      "one.txt": "4",
      "other/one.txt": "5",
    };
    await Promise.all(Object.entries(files).map(([path, text]) => writeFile(at(path), text)));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("join the code under their own names, files beside and folders with what lies in them", async () => {
    const merged = await mergeIncludes(await readLocalContent(at("src")), [at("shared"), at("one.txt")]);
    assert.deepEqual(
      merged.files.map(({ path }) => path),
      ["deep/a.py", "main.py", "shared/inner/b.py", "one.txt"],
    );
    assert.deepEqual([merged.name, merged.sizeBytes], ["src", 4]);
  });

  it("are code by themselves, and count in its hash", async () => {
    const alone = await mergeIncludes(EMPTY_CONTENT, [at("shared")]);
    assert.deepEqual(
      alone.files.map(({ path }) => path),
      ["shared/inner/b.py"],
    );
    assert.notEqual(await hashCode(alone), await hashCode(EMPTY_CONTENT));
  });

  it("are refused when one would take the place of another file", async () => {
    await assert.rejects(mergeIncludes(EMPTY_CONTENT, [at("one.txt"), at("other/one.txt")]), {
      code: "BadRequest",
      message: /names '.*other\/one\.txt', whose 'one\.txt' would take the place of '.*one\.txt'; rename one of them\./,
    });
  });
});
