import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 15 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = ["yaml", "keys", "component", "failing", "resuming"] as const;

describe("parallel steps with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("run over files by count and keys, fail, and go on where they failed", { timeout: FLOW_MS_MAX }, async () => {
    await assertPythonFlow(server, { script: "parallel_flow/jobs.py", steps: STEPS });
  });
});
