import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 15 * 60_000;

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
    await assertPythonFlow(server, { script: "pipeline_flow/flow.py", steps: STEPS, requirements: ["mldesigner"] });
  });
});
