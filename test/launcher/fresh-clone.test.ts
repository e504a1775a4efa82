import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const INSTALL_TIMEOUT_MS = 600_000;

it("a fresh clone at a path with spaces installs its locked packages, twice at once, and answers", async (context) => {
  const base = await mkdtemp(join(tmpdir(), "lazuli clone "));
  context.after(() => rm(base, { recursive: true, maxRetries: 5, retryDelay: 100 }));
  const clone = join(base, "it's here");
  await run("git", ["clone", "--quiet", "--depth", "1", `file://${ROOT}`, clone]);
  const version = (): Promise<{ stdout: string; stderr: string }> =>
    run(join(clone, "lazuli"), ["--version"], { cwd: base, timeout: INSTALL_TIMEOUT_MS });
  const [first, second] = await Promise.all([version(), version()]);
  assert.match(first.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(second.stdout, first.stdout);
  assert.deepEqual(await version(), { stdout: first.stdout, stderr: "" });
  const { stdout: changes } = await run("git", ["-C", clone, "status", "--porcelain"]);
  assert.equal(changes, "", "installing leaves the checkout as it was");
});
