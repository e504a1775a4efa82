import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { makeSampleCheckout, type SampleCheckout } from "./sample-checkout.ts";

const LAUNCHER = join(import.meta.dirname, "../../lazuli");

describe("launcher", () => {
  let checkout: SampleCheckout;
  beforeEach(async () => {
    checkout = await makeSampleCheckout();
  });
  afterEach(() => checkout.remove());

  it("installs on first use, says so on stderr alone, and is quiet afterwards", async () => {
    const first = await checkout.lazuli(["env"]);
    assert.deepEqual([first.code, first.stdout], [0, '["env"]\n'], first.stderr);
    assert.match(first.stderr, /Installing Lazuli's packages[^]*npm talks/);
    const second = await checkout.lazuli(["env"]);
    assert.deepEqual(second, { code: 0, stdout: '["env"]\n', stderr: "" });
    assert.deepEqual(
      (await checkout.npmCalls()).map((call) => call.split(" ")[0]),
      ["ci"],
    );
  });

  it("hands words over as they are and the exit code back", async () => {
    const words = ["a b", "", "it's", "*", "--x=$(id)", "fail"];
    const outcome = await checkout.lazuli(words);
    assert.deepEqual([JSON.parse(outcome.stdout), outcome.code], [words, 7]);
  });

  it("works through symbolic links, relative ones too, and from any folder", async () => {
    const links = join(checkout.folder, "..", "links");
    await mkdir(links);
    await symlink('../it\'s "a" check out/lazuli', join(links, "first"));
    await symlink("first", join(links, "second"));
    for (const [command, cwd] of [
      [join(links, "second"), "/"],
      ["./second", links],
      ["./lazuli", checkout.folder],
    ] as const) {
      const outcome = await checkout.lazuli(["x"], { command, cwd });
      assert.equal(outcome.stdout, '["x"]\n', outcome.stderr);
    }
  });

  it("installs the difference when the locked packages change", async () => {
    await checkout.lazuli([]);
    await writeFile(join(checkout.folder, "package-lock.json"), '{ "changed": true }');
    const changed = await checkout.lazuli([]);
    assert.match(changed.stderr, /Updating/);
    assert.match((await checkout.npmCalls())[1] ?? "", /^install --no-save /);
    assert.equal((await checkout.lazuli([])).stderr, "");
  });

  it("begins anew after an install that was interrupted", async () => {
    const failed = await checkout.lazuli([], { variables: { NPM_FAILS: "1" } });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /npm could not install the packages/);
    assert.equal((await checkout.lazuli([])).code, 0);
    assert.deepEqual(
      (await checkout.npmCalls()).filter((call) => /^(ci|install)/.test(call)).map((call) => call.split(" ")[0]),
      ["ci", "ci"],
    );
  });

  it("installs once when many begin at the same moment", async () => {
    const variables = { NPM_SECONDS: "1" };
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map((number) => checkout.lazuli([String(number)], { variables })),
    );
    assert.deepEqual(
      outcomes.map(({ stdout }) => stdout),
      [1, 2, 3, 4, 5].map((number) => `["${number}"]\n`),
    );
    assert.equal((await checkout.npmCalls()).length, 1);
    assert.equal(outcomes.filter(({ stderr }) => stderr.includes("waiting for it")).length, 4);
    assert.deepEqual((await readdir(join(checkout.folder, ".cache/launcher"))).toSorted(), [
      "node",
      "package-lock.json",
    ]);
  });

  it("takes over the lock of an install that was killed", async () => {
    const dead = spawnSync("sh", ["-c", "echo $$"], { encoding: "utf8" }).stdout.trim();
    await mkdir(join(checkout.folder, ".cache/launcher/lock"), { recursive: true });
    await writeFile(join(checkout.folder, ".cache/launcher/lock/pid"), `${dead}\n`);
    const outcome = await checkout.lazuli(["x"]);
    assert.deepEqual([outcome.code, outcome.stdout], [0, '["x"]\n'], outcome.stderr);
  });

  it("fetches Node from the npm registry when the system's is old or absent", async () => {
    await checkout.useOldNode();
    const outcome = await checkout.lazuli(["x"]);
    assert.equal(outcome.stdout, '["x"]\n', outcome.stderr);
    assert.match((await checkout.npmCalls())[0] ?? "", /^install --prefix .*\.node .* node@24\.\d+\.\d+$/);
    assert.deepEqual(await checkout.lazuli(["x"]), { code: 0, stdout: '["x"]\n', stderr: "" });
  });

  it("says how to get npm and Node when there are none", async () => {
    await rm(join(checkout.tools, "npm"));
    await rm(join(checkout.tools, "node"));
    const outcome = await checkout.lazuli([]);
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.stderr,
      /needs Node 20 or newer with npm.*nodejs\.org.*apt install nodejs npm.*brew install node/,
    );
  });

  it("names the registry that cannot be reached", async () => {
    const outcome = await checkout.lazuli([], { variables: { NPM_FAILS: "1", NPM_PING: "1" } });
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.stderr,
      /registry https:\/\/registry\.example\/ cannot be reached; check the network, or set a proxy/,
    );
  });

  it("says how much disk is missing before it begins", async () => {
    await checkout.putTool("df", "#!/bin/sh\nprintf 'Filesystem 1024-blocks Used Available\\n/dev/x 1 1 200000\\n'\n");
    const outcome = await checkout.lazuli([]);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /need about 1500 MB, and '.*' has 200 MB free; free some space/);
    assert.deepEqual(await checkout.npmCalls(), []);
  });

  it("is plain POSIX shell", (context) => {
    const shells = ["dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);
    for (const shell of shells) execFileSync(shell, ["-n", LAUNCHER]);
    const check = spawnSync("shellcheck", [LAUNCHER], { encoding: "utf8" });
    if (check.error !== undefined) return context.diagnostic("shellcheck is not installed");
    assert.equal(check.stdout, "");
  });
});
