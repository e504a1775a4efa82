import { after, before, describe, it } from "node:test";

import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 15 * 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "workspace",
  "compute",
  "data",
  "job",
  "tracking",
  "download",
  "register",
  "endpoint",
  "deployment blue",
  "deployment green",
  "traffic",
  "invoke",
  "keys",
  "logs",
  "scale",
  "delete",
] as const;

describe("the whole way with azure-ai-ml", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("trains, tracks, registers, deploys, scores and deletes", { timeout: FLOW_MS_MAX }, async () => {
    await assertPythonFlow(server, { script: "whole_flow/flow.py", steps: STEPS });
  });
});
