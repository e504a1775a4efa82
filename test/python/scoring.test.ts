import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { pythonEnvironment, SDK_REQUIREMENTS } from "../support/python.ts";

const run = promisify(execFile);
const FOLDER = new URL("../../python/tests/scoring/", import.meta.url).pathname;
const TEST_MS_MAX = 10 * 60_000;
/** The scoring server itself must find nothing there that it could use. */
const NO_REQUIREMENTS = ["typing-extensions"] as const;
/** Azure's own server with what its contract covers, to be compared with ours. */
const ORACLE_REQUIREMENTS = [
  "azureml-inference-server-http==1.5.1",
  "inference-schema[numpy-support]==1.8",
  "flask-cors==6.0.5",
] as const;

async function runTests(python: string, module: string): Promise<void> {
  // The unittest module reports on stderr and exits with 1 when a test failed.
  const { stderr } = await run(python, ["-m", "unittest", "-q", module], { cwd: FOLDER }).catch((error: unknown) => {
    if (error instanceof Error && "stderr" in error) assert.fail(String(error.stderr));
    throw error;
  });
  assert.match(stderr, /\nRan [1-9]\d* tests/);
}

describe("scoring server", () => {
  it("keeps its promises without any package", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", NO_REQUIREMENTS), "test_scoring_server");
  });

  it("answers as Azure's inference server does", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", ORACLE_REQUIREMENTS), "test_oracle");
  });

  it("serves MLflow models that have no script", { timeout: TEST_MS_MAX }, async () => {
    await runTests(await pythonEnvironment("3.11", SDK_REQUIREMENTS), "test_mlflow_script");
  });
});
