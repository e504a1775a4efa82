import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { z } from "zod";

import { ArmClient } from "../support/arm-client.ts";
import { pythonEnvironment, SDK_REQUIREMENTS } from "../support/python.ts";
import { runCli, runCliJson } from "../support/run-cli.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const FLOW = new URL("python/reuse_flow/reuse.py", import.meta.url).pathname;
const FLOW_MS_MAX = 10 * 60_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = [
  "first",
  "again",
  "download",
  "in place",
  "equal output",
  "parameter",
  "code",
  "forced",
  "gone",
  "words",
  "failing",
] as const;

const namesSchema = z.record(z.string(), z.string());
const explanationSchema = z.looseObject({
  outcome: z.string(),
  code: z.string(),
  message: z.string(),
  differences: z.array(z.looseObject({ message: z.string() })),
});
const shownSchema = z.looseObject({ name: z.string() });
const ENDED = ["Completed", "Failed", "Canceled"];

describe("reuse with azure-ai-ml", () => {
  let server: TestServer;
  let names: Record<string, string> = {};
  let output = "";
  const nameOf = (label: string) => names[label] ?? assert.fail(`no job '${label}': ${output}`);
  const cli = (...args: string[]) => runCli(["job", ...args], { home: server.home });
  const explain = async (label: string, node: string) => {
    const args = ["job", "explain-reuse", nameOf(label), "--node", node, "-o", "json"];
    return explanationSchema.parse(await runCliJson(args, { home: server.home }));
  };

  before(async () => {
    server = await startTestServer();
    const python = await pythonEnvironment("3.11", SDK_REQUIREMENTS);
    const env = { ...process.env, ...(await server.variables()) };
    const options = { env, maxBuffer: OUTPUT_BYTES_MAX, timeout: FLOW_MS_MAX };
    const { stdout, stderr } = await run(python, [FLOW], options).catch(
      (error: Error & { stdout: string; stderr: string }) => error,
    );
    output = `${stdout}\n${stderr}`;
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    if (last.startsWith("{")) names = namesSchema.parse(JSON.parse(last));
  });
  after(() => server.stop());

  for (const step of STEPS) {
    it(`holds what the step '${step}' asserts`, () => assert.ok(output.includes(`ok ${step}`), output));
  }

  it("says which file of an input changed", async () => {
    const { code, differences } = await explain("changed", "join");
    assert.equal(code, "changed");
    assert.deepEqual(
      differences.map(({ message }) => message),
      ["input 'raw' changed: 'b.txt' changed"],
    );
  });

  it("says which parameter changed, from what to what", async () => {
    const { differences } = await explain("parameter", "scale");
    assert.deepEqual(
      differences.map(({ message }) => message),
      ["parameter 'factor' changed from '2' to '3'"],
    );
  });

  it("says which file of the code changed", async () => {
    const { differences } = await explain("code", "scale");
    assert.deepEqual(
      differences.map(({ message }) => message),
      ["the code changed: 'scale.sh' changed"],
    );
  });

  it("says what a rule or a lost output forced", async () => {
    const told = [await explain("again", "clock"), await explain("forced", "join"), await explain("gone", "side")];
    assert.deepEqual(
      told.map(({ code }) => code),
      ["notDeterministic", "forced", "earlierUnusable"],
    );
    assert.match(told[2]?.message ?? "", /its output 'out' was changed or removed since/);
  });

  it("says of a reused step which job stands for it", async () => {
    const { outcome, message } = await explain("again", "join");
    assert.equal(outcome, "reused");
    assert.match(message, /^It did not run: job '[^']+' did the same/);
  });

  it("tells in sentences what two pipelines do not have in common", async () => {
    const { stdout } = await cli("diff", nameOf("first"), nameOf("parameter"));
    assert.match(stdout, /node 'scale':\n {2}parameter 'factor' changed from '2' to '3'\n/);
    assert.match(stdout, /metric 'score' was 0.5, is 0.75 \(\+0.25\)/);
    const code = await cli("diff", nameOf("first"), nameOf("code"));
    assert.match(code.stdout, /^-echo scaled \$2\n\+echo Scaled \$2$/m);
  });

  it("goes on with a failed pipeline: what completed is taken over, also what is not deterministic", async () => {
    const shown = shownSchema.parse(
      await runCliJson(["job", "resume", nameOf("failing"), "-o", "json"], { home: server.home }),
    );
    const arm = new ArmClient(server);
    const ended = await arm.until(`jobs/${shown.name}`, ({ status }) => ENDED.includes(String(status)));
    assert.equal(ended["status"], "Completed");
    names["resumed"] = shown.name;
    const outcomes = [];
    for (const node of ["clock", "gate", "last"]) outcomes.push((await explain("resumed", node)).outcome);
    assert.deepEqual(outcomes, ["reused", "ran", "ran"]);
  });

  it("refuses to resume what has completed, in words that help", async () => {
    const { exitCode, stderr } = await cli("resume", nameOf("first"));
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /has completed, so there is nothing to resume/);
  });

  it("runs a job again from the one before, with other values", async () => {
    const args = ["job", "create", "--from", nameOf("first"), "-n", "cloned", "--set", "display_name=again"];
    await runCliJson([...args, "-o", "json"], { home: server.home });
    const arm = new ArmClient(server);
    const ended = await arm.until("jobs/cloned", ({ status }) => ENDED.includes(String(status)));
    assert.deepEqual([ended["status"], ended["displayName"]], ["Completed", "again"]);
  });
});
