import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { pythonEnvironment } from "../support/python.ts";

const run = promisify(execFile);
const FOLDER = new URL("../../python/tests/", import.meta.url).pathname;
const TEST_MS_MAX = 10 * 60_000;
/** Parallel jobs over files must need nothing of a user's environment. */
const NO_REQUIREMENTS = ["typing-extensions"] as const;
const TABLE_REQUIREMENTS = ["mltable>=1.6", "pandas<2.3", "numpy<2", "setuptools<81"] as const;

async function runTests(python: string, folder: string, module: string): Promise<void> {
  const cwd = `${FOLDER}${folder}`;
  // The unittest module reports on stderr and exits with 1 when a test failed.
  const { stderr } = await run(python, ["-m", "unittest", "-q", module], { cwd }).catch((error: unknown) => {
    if (error instanceof Error && "stderr" in error) assert.fail(String(error.stderr));
    throw error;
  });
  assert.match(stderr, /\nRan [1-9]\d* tests/);
}

describe("parallel jobs in users' environments", () => {
  it("run over files without any package", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", NO_REQUIREMENTS), "parallel", "test_files");
  });

  it("run over the rows of MLTables", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", TABLE_REQUIREMENTS), "parallel", "test_tables");
  });
});

describe("Spark jobs in users' environments", () => {
  it("tell spark-submit what the job says", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", NO_REQUIREMENTS), "spark", "test_submission");
  });
});
