import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 10 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = ["cron", "recurrence", "fires", "settings", "reference", "lists", "refusals", "removal"] as const;

describe("schedules with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it(
    "make jobs when due, are triggered, enabled, listed and removed as the SDK expects",
    { timeout: FLOW_MS_MAX },
    async () => {
      await assertPythonFlow(server, { script: "schedule_flow/schedules.py", steps: STEPS });
    },
  );
});
