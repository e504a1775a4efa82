import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { pythonEnvironment, SDK_REQUIREMENTS } from "./python.ts";
import type { TestServer } from "./test-server.ts";

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, "../conformance/python");
const PYTHON_VERSION = "3.11";
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface PythonFlow {
  /** Below `test/conformance/python`, as `job_flow/jobs.py`. */
  readonly script: string;
  /** The script prints `ok <step>` once what it asserts holds; all of these have to come. */
  readonly steps: readonly string[];
  /** Packages on top of the newest clients. */
  readonly requirements?: readonly string[];
}

/** Runs a script of the official clients against the server, with nothing but what `lazuli env` exports. */
export async function assertPythonFlow(server: TestServer, flow: PythonFlow): Promise<void> {
  const python = await pythonEnvironment(PYTHON_VERSION, [...SDK_REQUIREMENTS, ...(flow.requirements ?? [])]);
  const env = { ...process.env, ...(await server.variables()) };
  const { stdout } = await run(python, [join(FOLDER, flow.script)], { env, maxBuffer: OUTPUT_BYTES_MAX });
  const missing = flow.steps.filter((step) => !stdout.includes(`ok ${step}`));
  assert.deepEqual(missing, [], stdout);
}
