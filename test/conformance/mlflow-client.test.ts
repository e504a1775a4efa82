import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { pythonEnvironment } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const FLOW = new URL("python/mlflow_client/flow.py", import.meta.url).pathname;
const FLOW_MS_MAX = 10 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

const STEPS = [
  "experiments",
  "runs",
  "history",
  "search",
  "delete and restore",
  "artifacts",
  "autolog",
  "registry",
  "azure models",
];
const STEPS_OF_3 = ["logged models", "traces"];

const CLIENTS = [
  { name: "mlflow 2.22", requirements: ["mlflow==2.22.2", "scikit-learn==1.5.2"], steps: STEPS },
  { name: "mlflow 3.17", requirements: ["mlflow==3.17.2", "scikit-learn==1.7.2"], steps: [...STEPS, ...STEPS_OF_3] },
];

describe("tracking with the official client", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  for (const { name, requirements, steps } of CLIENTS) {
    it(`answers ${name}`, { timeout: FLOW_MS_MAX }, async () => {
      const python = await pythonEnvironment("3.11", requirements);
      const env = { ...process.env, ...(await server.variables()), GIT_PYTHON_REFRESH: "quiet" };
      const { stdout } = await run(python, [FLOW], { env, maxBuffer: OUTPUT_BYTES_MAX });
      const missing = steps.filter((step) => !stdout.includes(`ok ${step}`));
      assert.deepEqual(missing, [], stdout);
    });
  }
});
