import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 10 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "stream",
  "best",
  "runs",
  "download",
  "outputs",
  "samplers",
  "policies",
  "failures",
  "missing metric",
  "cancel",
  "refusals",
  "yaml",
] as const;

describe("sweep jobs with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("sample, end trials early, find the best and fail as the SDK expects", { timeout: FLOW_MS_MAX }, async () => {
    await assertPythonFlow(server, { script: "sweep_flow/sweeps.py", steps: STEPS });
  });
});
