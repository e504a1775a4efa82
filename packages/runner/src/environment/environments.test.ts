import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, it } from "node:test";

import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";

import { ensureUv } from "../../../../test/support/python.ts";
import type { PreparedEnvironment } from "../launch/task-variables.ts";
import { TaskFailure } from "../task-failure.ts";
import { Environments } from "./environments.ts";

interface Bench {
  readonly home: string;
  readonly notes: string[];
  readonly logPath: string;
  prepare(
    change: Partial<EnvironmentSpec>,
    options?: { command?: string; runner?: Environments },
  ): Promise<PreparedEnvironment>;
  newRunner(): Environments;
}

async function withHome(use: (bench: Bench) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "lazuli-environments-"));
  const uv = await ensureUv();
  const variables = { ...process.env, PATH: `${process.env["PATH"]}${delimiter}${dirname(uv)}` };
  const newRunner = (): Environments => new Environments(home, variables);
  const first = newRunner();
  const notes: string[] = [];
  const logPath = join(home, "build.log");
  let layers = 0;
  await use({
    home,
    notes,
    logPath,
    newRunner,
    prepare: (change, { command = "true", runner = first } = {}) =>
      runner.prepare({
        spec: { name: "test-env", requirements: [], variables: {}, ...change },
        command,
        layerFolder: join(home, `layer-${layers++}`),
        openBuildLog: () => {
          appendFileSync(logPath, "");
          return logPath;
        },
        note: (reason) => notes.push(reason),
        signal: new AbortController().signal,
      }),
  });
  rmSync(home, { recursive: true });
}

function runPython(environment: PreparedEnvironment, ...args: string[]): string {
  return execFileSync(join(environment.folder, "bin", "python"), args, { encoding: "utf8" }).trim();
}

describe("environments", () => {
  it("needs no build without requirements, and keeps the machine's own packages out", () =>
    withHome(async ({ prepare, logPath }) => {
      const environment = await prepare({});
      assert.equal(existsSync(logPath), false);
      const script = "import sys, site; print(sys.prefix); print(len(site.getsitepackages()))";
      assert.deepEqual(runPython(environment, "-c", script).split("\n"), [environment.folder, "1"]);
    }));

  it("builds once what two jobs need at the same time", () =>
    withHome(async ({ prepare, newRunner, notes, logPath, home }) => {
      const requirements = ["six==1.16.0"];
      const environments = await Promise.all([
        prepare({ requirements }),
        prepare({ requirements, name: "other-name" }, { runner: newRunner() }),
      ]);
      assert.equal(environments[0].folder, environments[1].folder);
      assert.equal(readFileSync(logPath, "utf8").match(/Building environment/g)?.length, 1);
      assert.ok(notes.some((note) => note.startsWith("waits for another job")));
      assert.equal(runPython(environments[0], "-c", "import six; print(six.__version__)"), "1.16.0");
      assert.deepEqual(
        readdirSync(join(home, "environments")).filter((name) => name.endsWith(".draft")),
        [],
      );
      const facts: unknown = JSON.parse(readFileSync(join(environments[0].folder, "environment.json"), "utf8"));
      assert.ok(typeof facts === "object" && facts !== null && "interpreterStartMs" in facts);
      assert.ok(Number(facts.interpreterStartMs) > 1);
    }));

  it("ends with the resolver's own words when requirements contradict each other", () =>
    withHome(async ({ prepare, home }) => {
      const failed = prepare({ requirements: ["six==1.16.0", "six<1.0"] });
      await assert.rejects(failed, (error) => {
        assert.ok(error instanceof TaskFailure);
        assert.deepEqual([error.error.category, error.error.code], ["environment", "EnvironmentBuildFailed"]);
        assert.match(error.message, /test-env.*could not be built[\s\S]*unsatisfiable/);
        return true;
      });
      assert.deepEqual(
        readdirSync(join(home, "environments")).filter((name) => !name.endsWith(".lock")),
        [],
      );
    }));

  it("says which interpreter stood in for a version that is not there", () =>
    withHome(async ({ prepare }) => {
      const environment = await prepare({ pythonVersion: "3.99", image: "python:3.99" });
      assert.match(environment.substitutions["python"] ?? "", /^3\.99 asked, 3\.\d+\.\d+ used$/);
      assert.match(environment.substitutions["image"] ?? "", /'python:3\.99' asked/);
    }));

  it("keeps what a job installs itself away from the next job", () =>
    withHome(async ({ prepare }) => {
      const requirements = ["six==1.16.0"];
      const own = await prepare({ requirements }, { command: "pip install 'six==1.15.0' && python train.py" });
      runPython(own, "-m", "pip", "install", "--quiet", "six==1.15.0");
      const version = ["-c", "import six; print(six.__version__)"];
      assert.equal(runPython(own, ...version), "1.15.0");
      assert.equal(runPython(await prepare({ requirements }), ...version), "1.16.0");
    }));

  it("refuses a conda file that is none with a sentence", () =>
    withHome(async ({ prepare }) => {
      await assert.rejects(prepare({ condaFile: "dependencies: [a\n" }), (error) => {
        return error instanceof TaskFailure && error.error.code === "BadCondaFile";
      });
    }));
});
