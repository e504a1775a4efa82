import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { openSecretBox } from "./secret-box.ts";

describe("secret box", () => {
  let folder = "";
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "lazuli-keys-"))));
  after(() => rm(folder, { recursive: true }));

  it("opens what it sealed, also after a restart", async () => {
    const sealed = (await openSecretBox(folder)).seal("p@ss wörd", "account/a");
    assert.equal((await openSecretBox(folder)).open(sealed, "account/a"), "p@ss wörd");
  });

  it("seals the same secret differently each time and never in the clear", async () => {
    const box = await openSecretBox(folder);
    assert.notEqual(box.seal("secret", "a"), box.seal("secret", "a"));
    assert.ok(!Buffer.from(box.seal("secret", "a").slice(5), "base64url").includes("secret"));
  });

  it("refuses a sealed text of another purpose, a changed one and an empty one", async () => {
    const box = await openSecretBox(folder);
    const sealed = box.seal("secret", "account/a");
    const changed = sealed.slice(0, -2) + (sealed.endsWith("AA") ? "BB" : "AA");
    assert.throws(() => box.open(sealed, "account/b"), { code: "Unavailable" });
    assert.throws(() => box.open(changed, "account/a"), { code: "Unavailable" });
    assert.throws(() => box.open("", "account/a"), { code: "Unavailable" });
  });

  it("gives one key to two openers at once, readable by its owner alone", async () => {
    const fresh = join(folder, "fresh");
    const [first, second] = await Promise.all([openSecretBox(fresh), openSecretBox(fresh)]);
    assert.equal(second.open(first.seal("secret", "a"), "a"), "secret");
    const path = join(fresh, "secret-box.key");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await readFile(path)).length, 32);
  });
});
