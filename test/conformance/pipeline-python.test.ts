import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { pythonEnvironment, SDK_REQUIREMENTS } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const FLOW = new URL("python/pipeline_flow/flow.py", import.meta.url).pathname;
const FLOW_MS_MAX = 15 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "from file",
  "children",
  "nested",
  "if else",
  "choice",
  "do while",
  "parallel for",
  "refusals",
  "failures",
  "cancel",
  "copies",
  "python functions",
] as const;

describe("pipelines with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("runs YAML and dsl pipelines, nested and with control flow", { timeout: FLOW_MS_MAX }, async () => {
    const python = await pythonEnvironment("3.11", [...SDK_REQUIREMENTS, "mldesigner"]);
    const env = { ...process.env, ...(await server.variables()) };
    const { stdout } = await run(python, [FLOW], { env, maxBuffer: OUTPUT_BYTES_MAX });
    const missing = STEPS.filter((step) => !stdout.includes(`ok ${step}`));
    assert.deepEqual(missing, [], stdout);
  });
});
