import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { pythonEnvironment } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const FOLDER = new URL("python/mlflow_job/", import.meta.url).pathname;
const LAUNCHER = new URL("../../lazuli", import.meta.url).pathname;
const JOB_MS_MAX = 10 * 60_000;
const POLL_MS = 500;
const ENDED = ["Completed", "Failed", "Canceled"];

describe("mlflow inside a job", () => {
  let server: TestServer;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    server = await startTestServer();
    env = { ...process.env, ...(await server.variables()), LAZULI_HOME: server.home };
  });
  after(() => server.stop());

  async function lazuli(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(LAUNCHER, [...args, "-o", "tsv"], { env });
    return stdout.trim();
  }

  async function endOf(job: string): Promise<string> {
    const deadline = Date.now() + JOB_MS_MAX;
    while (Date.now() < deadline) {
      const status = await lazuli("job", "show", "-n", job, "--query", "status");
      if (ENDED.includes(status)) return status;
      await delay(POLL_MS);
    }
    return "unfinished";
  }

  for (const major of ["2", "3"]) {
    it(
      `continues the job's run with mlflow ${major}, autologs, logs and registers a model`,
      { timeout: JOB_MS_MAX },
      async () => {
        const job = await lazuli("job", "create", "-f", join(FOLDER, `job-${major}.yml`), "--query", "name");
        assert.equal(await endOf(job), "Completed");
        const python = await pythonEnvironment("3.11", ["mlflow==3.17.2", "scikit-learn==1.7.2"]);
        const { stdout } = await run(python, [join(FOLDER, "check.py"), job, `job-model-${major}`], { env });
        assert.match(stdout, /ok/);
      },
    );
  }
});
