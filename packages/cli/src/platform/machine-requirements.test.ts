import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { findPython, listMissing } from "./machine-requirements.ts";

describe("machine requirements", () => {
  const path = process.env["PATH"];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-machine-"));
    process.env["PATH"] = join(folder, "bin");
    await mkdir(join(folder, "bin"));
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  async function putPython(name: string, version: string): Promise<void> {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho "Python ${version}"\n`);
    await chmod(file, 0o755);
    await symlink(file, join(folder, "bin", "python3"));
  }

  it("finds a Python by its file's name", async () => {
    await putPython("python3.12", "not asked");
    assert.deepEqual(await findPython(), { path: join(folder, "python3.12"), version: "3.12" });
  });

  it("asks what has no telling name", async () => {
    await putPython("shim", "3.11.7");
    assert.deepEqual(await findPython(), { path: join(folder, "shim"), version: "3.11" });
  });

  it("says how to get Python when there is none, or only an old one", async () => {
    assert.match((await listMissing(folder))[0] ?? "", /Python 3\.10 or newer, and none is on the path; get it with/);
    await putPython("python3.8", "3.8.20");
    assert.equal(await findPython(), undefined);
  });
});
