import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 10 * 60_000;

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
    await assertPythonFlow(server, { script: "compute_flow/clusters.py", steps: STEPS });
  });
});
