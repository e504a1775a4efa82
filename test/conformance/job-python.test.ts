import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 10 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "environments",
  "computes",
  "stream",
  "download",
  "chained",
  "failing",
  "cancel",
  "timeout",
  "refusals",
  "words",
] as const;

describe("command jobs with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it(
    "run, stream, download, chain, fail, stop and are refused as the SDK expects",
    { timeout: FLOW_MS_MAX },
    async () => {
      await assertPythonFlow(server, { script: "job_flow/jobs.py", steps: STEPS });
    },
  );
});
