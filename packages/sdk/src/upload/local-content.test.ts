import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";

import { parseIgnoreRules } from "./ignore-file.ts";
import { hashCode, hashObject, readLocalContent } from "./local-content.ts";

describe("local content", () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "lazuli-content-"));
    const files = {
      "project/main.py": "print(1)\n",
      "project/Sub/b.txt": "b",
      "project/Sub/A.txt": "a",
      "project/sub.txt": "s",
      "project/data/big.bin": "ignored",
      "project/.amlignore": "data/\n*.log\n",
      "project/x.log": "ignored",
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  });
  after(() => rm(root, { recursive: true }));

  it("leaves out what the ignore file names", async () => {
    const content = await readLocalContent(join(root, "project"));
    assert.deepEqual(
      content.files.map((file) => file.path),
      [".amlignore", "Sub/A.txt", "Sub/b.txt", "main.py", "sub.txt"],
    );
    assert.equal(content.name, "project");
  });

  it("hashes folders and files as azure-ai-ml 1.35 does", async () => {
    // Both hashes of both were computed with that package's own functions on the same files.
    const folder = await readLocalContent(join(root, "project"));
    assert.equal(await hashCode(folder), "438fea909a144b0bb9cc16b4ac7bef548d3b9d877eaf9a0863bbf0dc89f23024");
    assert.equal(await hashObject(folder), "3d6c0acacfe3bdd14ac9571dcc7a7a6dfc0d47a0748d1f261db463ef2b8e369d");
    const file = await readLocalContent(join(root, "project/main.py"));
    assert.equal(await hashCode(file), "33da73e9d1b5f9238d4aca4ab7eac7b709ca9c864e2c94f9d3c89ebc99f17b68");
    assert.equal(await hashObject(file), "be8e1ccd5bbcf8736e49e2bd0fe5d827c4332a4b6c1975d480092b1fa0cc9d74");
  });

  it("follows links, but not in a circle", async () => {
    await mkdir(join(root, "linked"));
    await symlink(join(root, "project/main.py"), join(root, "linked/other.py"));
    assert.equal((await readLocalContent(join(root, "linked"))).files[0]?.path, "other.py");
    await symlink(join(root, "linked"), join(root, "linked/again"));
    await assert.rejects(readLocalContent(join(root, "linked")), { code: "BadRequest", message: /circle/ });
  });

  it("says which path is not there", async () => {
    await assert.rejects(readLocalContent(join(root, "nothing")), { code: "NotFound", message: /nothing/ });
  });
});

describe("ignore rules", () => {
  const cases: readonly (readonly [rules: string, path: string, isIgnored: boolean])[] = [
    ["*.pyc", "a/b/c.pyc", true],
    ["*.pyc", "a/b/c.py", false],
    ["/build", "build/x", true],
    ["/build", "a/build/x", false],
    ["build/", "a/build/x", true],
    ["build/", "a/build", false],
    ["a/**/z", "a/b/c/z", true],
    ["a/**/z", "a/z", true],
    ["*.log\n!keep.log", "keep.log", false],
    ["# comment\n\nfile[0-9].txt", "file7.txt", true],
    ["data/*.csv", "data/deep/x.csv", false],
    ["a.b", "axb", false],
  ];
  for (const [rules, path, isIgnored] of cases) {
    it(`'${rules.replaceAll("\n", "\\n")}' ${isIgnored ? "ignores" : "keeps"} '${path}'`, () => {
      assert.equal(parseIgnoreRules(rules)(path), isIgnored);
    });
  }
});
