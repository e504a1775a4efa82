import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 15 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = ["standalone", "failing", "refusals"] as const;

describe("Spark jobs with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it(
    "run in local mode, fail with their traceback, and are refused as the SDK expects",
    { timeout: FLOW_MS_MAX },
    async () => {
      await assertPythonFlow(server, { script: "spark_flow/jobs.py", steps: STEPS });
    },
  );
});
