import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";

import { serverFileSchema } from "@lazuli/contract/shared/server-file.ts";
import { z } from "zod";

import { freePort } from "../support/free-port.ts";

const run = promisify(execFile);
const CLI = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const variablesSchema = z.record(z.string(), z.string());
const COMMAND_TIMEOUT_MS = 120_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the platform's start and end", () => {
  let home: string;
  let port: number;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "lazuli-start-"));
    port = await freePort();
  });
  afterEach(async () => {
    await lazuli("down");
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  async function lazuli(...args: string[]): Promise<Outcome> {
    const options = {
      env: { ...process.env, LAZULI_HOME: home, LAZULI_WARM_RUNNERS: "0" },
      cwd: home,
      timeout: COMMAND_TIMEOUT_MS,
    };
    try {
      const { stdout, stderr } = await run(process.execPath, [CLI, ...args], options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
      return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
    }
  }

  const up = (): Promise<Outcome> => lazuli("up", "--port", String(port));
  const serverFile = async () => serverFileSchema.parse(JSON.parse(await readFile(join(home, "server.json"), "utf8")));

  it("goes up, tells where it is, exports what clients need, and goes down", async () => {
    const started = await up();
    assert.match(started.stdout, new RegExp(`^Lazuli is ready after .* at https://127.0.0.1:${port} `), started.stderr);
    const status = await lazuli("status", "-o", "json");
    assert.equal(status.code, 0);
    assert.equal(JSON.parse(status.stdout).state, "running");
    const written = await lazuli("env", "--write", "--shell", "json");
    assert.equal(written.code, 0, written.stderr);
    assert.ok(variablesSchema.parse(JSON.parse(written.stdout))["MLFLOW_TRACKING_TOKEN"]);
    assert.ok(existsSync(join(home, ".azureml", "config.json")));
    const studio = await lazuli("studio", "--no-open");
    assert.match(
      studio.stdout,
      new RegExp(`^http://127.0.0.1:${port}/identity/sign-in\\?token=\\S+\n$`),
      studio.stderr,
    );
    const again = await up();
    assert.match(again.stdout, /runs already/);
    assert.match((await lazuli("down")).stdout, /is stopped/);
    assert.equal((await lazuli("status")).code, 3);
    assert.match((await lazuli("down")).stdout, /No Lazuli server runs/);
  });

  it("names who uses the port", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const outcome = await up();
    other.close();
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.stderr,
      new RegExp(
        `^Port ${port} is in use by .* \\(process ${process.pid}\\); end that, or choose another port with --port.\n$`,
      ),
    );
  });

  it("refuses a second server on the same home", async () => {
    await up();
    const outcome = await lazuli("up", "--foreground", "--port", String(await freePort()));
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /A Lazuli server already runs on '.*' \(process \d+, at https:\/\/127.0.0.1:\d+\)/);
    const elsewhere = await lazuli("up", "--port", String(await freePort()));
    assert.match(elsewhere.stderr, /runs on '.*' already, at port \d+; end it with/);
  });

  it("comes back on the same home after kill -9, with the same owner and the tokens of before", async () => {
    await up();
    const before = await lazuli("env", "--shell", "json");
    const { pid } = await serverFile();
    process.kill(pid, "SIGKILL");
    // A file of a dead server says nothing about the living.
    await writeFile(
      join(home, "server.json"),
      JSON.stringify({ ...JSON.parse(await readFile(join(home, "server.json"), "utf8")), pid: process.pid }),
    );
    assert.equal((await lazuli("status")).code, 3);
    const restarted = await up();
    assert.match(restarted.stdout, /is ready/, restarted.stderr);
    const { MLFLOW_TRACKING_TOKEN: token } = variablesSchema.parse(JSON.parse(before.stdout));
    const answer = await fetch(`http://127.0.0.1:${port}/subscriptions?api-version=2022-12-01`, {
      headers: { authorization: `Bearer ${token ?? ""}` },
    });
    assert.equal(answer.status, 200);
  });

  it("says what is wrong with a home that it cannot use, and with words it does not know", async () => {
    const file = join(home, "file");
    await writeFile(file, "");
    const outcome = await lazuli("up", "--home", join(file, "below"), "--port", String(port));
    assert.notEqual(outcome.code, 0);
    assert.match(
      outcome.stderr,
      /^The data directory '.*file\/below' cannot be used \(.*\); choose another one with --home\.\n$/,
    );
    assert.match((await lazuli("up", "--port", "99999999")).stderr, /'99999999' is no port/);
    assert.match((await lazuli("env")).stderr, /No Lazuli server runs on '.*'; start one with '.\/lazuli up'/);
    assert.match((await lazuli("env", "--shell", "tcsh")).stderr, /'tcsh' is not known to --shell/);
  });
});
