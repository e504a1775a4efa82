import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { pythonEnvironment, SDK_REQUIREMENTS } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const FLOW = new URL("python/compute_flow/clusters.py", import.meta.url).pathname;
const FLOW_MS_MAX = 10 * 60_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "pytorch",
  "tensorflow",
  "mpi",
  "plain nodes",
  "failing rank",
  "cancel",
  "gangs wait",
  "nodes",
  "deleted while busy",
  "priorities",
  "low priority",
  "quotas",
  "gpus",
  "in a pipeline",
] as const;

describe("clusters with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("run jobs of several nodes and processes, queue, preempt and shrink", { timeout: FLOW_MS_MAX }, async () => {
    const python = await pythonEnvironment("3.11", SDK_REQUIREMENTS);
    const env = { ...process.env, ...(await server.variables()) };
    const { stdout } = await run(python, [FLOW], { env, maxBuffer: OUTPUT_BYTES_MAX });
    const missing = STEPS.filter((step) => !stdout.includes(`ok ${step}`));
    assert.deepEqual(missing, [], stdout);
  });
});
