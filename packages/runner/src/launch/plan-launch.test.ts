import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { planLaunch } from "./plan-launch.ts";

describe("launch plan", () => {
  const folder = mkdtempSync(join(tmpdir(), "lazuli-plan-"));
  const put = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), 0o755);
  };
  put("train", "#!/bin/sh\n");
  put("bare", "echo no first line\n");
  put("echo", "#!/bin/sh\n");
  after(() => rmSync(folder, { recursive: true }));

  it("runs a plain command without a shell", () => {
    const plan = planLaunch(" train  --rate=0.1 data/a.csv ", folder);
    assert.deepEqual(plan, { program: join(folder, "train"), args: ["--rate=0.1", "data/a.csv"] });
  });

  for (const command of [
    "train && train",
    "train | tee log",
    "train > log",
    "train $HOME",
    "train *.csv",
    "train ~/data",
    "train 'a b'",
    "train \\ a",
    "train a\ntrain b",
    "train {a,b}",
    "train #comment",
    "RATE=1 train",
    "./train",
    "cd train",
    "echo -e a",
    "bare",
    "missing --help",
    "",
  ]) {
    it(`leaves ${JSON.stringify(command)} to the shell`, () => {
      const plan = planLaunch(command, folder);
      assert.deepEqual(plan.args, ["-c", command]);
      assert.match(plan.program, /sh$/);
    });
  }
});
