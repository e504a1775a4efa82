import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { runCli } from "../support/run-cli.ts";
import { freePort } from "../support/free-port.ts";

const QUICKSTART_MS_MAX = 10 * 60_000;
const STEPS = [
  "Start the platform",
  "Install the Azure ML SDK",
  "Load the Azure ML SDK",
  "Upload the data",
  "Train a model as a job",
  "Read its metrics with MLflow",
  "Register the model",
  "Create an online endpoint",
  "Deploy the model",
  "Score three wines",
];

describe("quickstart", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "lazuli-quickstart-"));
  });
  after(() => rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  it(
    "goes the whole way on a fresh home, prints each step with its time, and ends",
    { timeout: QUICKSTART_MS_MAX },
    async () => {
      const { exitCode, stdout, stderr } = await runCli(["quickstart", "--exit", "--port", String(await freePort())], {
        home,
      });
      assert.equal(exitCode, 0, stderr + stdout);
      const steps = [...stdout.matchAll(/^ {2}✓ {2}(.{30}) *[\d.]+ s/gm)].map((match) => match[1]?.trim());
      assert.deepEqual(steps, STEPS);
      assert.match(stdout, /predicted \[0, 1, 2\], really \[0, 1, 2\]/);
      assert.match(stdout, /Done in [\d.]+ s\.\n$/);
      const status = await runCli(["status"], { home });
      assert.equal(status.exitCode, 3, "the platform is stopped");
    },
  );
});
