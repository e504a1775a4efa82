import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";

import { runCli, runCliJson } from "../support/run-cli.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const STEP_MS_MAX = 10 * 60_000;

const FILES: Readonly<Record<string, string>> = {
  "parts/train.yml": `
name: train
type: command
command: cat shared/note.txt && python main.py \${{inputs.rate}} \${{outputs.model}}/m.txt
code: ./src
additional_includes: [../shared]
environment: {image: "python:3.11"}
inputs:
  rate: {type: number, min: 0, max: 10}
  epochs: {type: integer, default: 2}
outputs:
  model: {type: uri_folder}
`,
  "parts/src/main.py": "import sys; open(sys.argv[2], 'w').write('rate ' + sys.argv[1])\n",
  "shared/note.txt": "a shared note\n",
  "pipeline.yml": `
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: train-and-look
inputs: {rate: 0.5}
outputs: {looked: {type: uri_folder}}
settings: {default_compute: serverless}
jobs:
  train:
    component: ./parts/train.yml
    inputs: {rate: "\${{parent.inputs.rate}}"}
  look:
    command: cat \${{inputs.model}}/m.txt | tee \${{outputs.looked}}/l.txt
    environment: {image: "python:3.11"}
    inputs: {model: "\${{parent.jobs.train.outputs.model}}"}
    outputs: {looked: "\${{parent.outputs.looked}}"}
`,
  "wrong.yml": `
type: pipeline
inputs: {rate: 0.5}
jobs:
  train:
    component: ./parts/wrong.yml
    compute: azureml:nowhere
    inputs: {rate: "\${{parent.inputs.rte}}"}
`,
  "parts/wrong.yml":
    "name: wrong\ncomand: ls\ncommand: ls\nenvironment: azureml:nothing:1\ninputs: {rate: {type: number}}\n",
  "refused.yml": `
type: pipeline
jobs:
  train:
    component: ./parts/refused.yml
    compute: azureml:nowhere
`,
  "parts/refused.yml": "name: refused\ncommand: ls\n\nenvironment: azureml:nothing:1\n",
  "schedule.yml": `
name: nightly
trigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: 3, minutes: 30}, time_zone: W. Europe Standard Time}
create_job: {type: pipeline, job: ./pipeline.yml, inputs: {rate: 7}}
`,
};

describe("pipelines, components and schedules through the CLI", { timeout: STEP_MS_MAX }, () => {
  let server: TestServer;
  let folder: string;
  let job = "";
  const run = (...args: string[]) => runCli(args, { home: server.home, folder });
  const json = (...args: string[]) => runCliJson(args, { home: server.home, folder });

  before(async () => {
    [server, folder] = await Promise.all([startTestServer(), mkdtemp(join(tmpdir(), "lazuli-cli-jobs-"))]);
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("lists what is wrong in all files at once, with their lines", async () => {
    const { exitCode, stderr } = await run("job", "validate", "-f", "wrong.yml");
    assert.equal(exitCode, 1);
    assert.deepEqual(stderr.trim().split("\n"), [
      "wrong.yml:8:20: The pipeline has no input 'rte'; did you mean 'rate'?",
      "parts/wrong.yml:2:1: 'comand' is not a key of a command component; did you mean 'command'?",
    ]);
  });

  it("shows the lines of what the platform refuses, also in a component's file", async () => {
    const { exitCode, stderr } = await run("job", "validate", "-f", "refused.yml");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^parts\/refused\.yml:4:14: Environment 'nothing' version '1' does not exist\./m);
    assert.match(stderr, /^refused\.yml:6:14: .*'nowhere', which does not exist\./m);
  });

  it("validates without making a job", async () => {
    assert.deepEqual(await json("job", "validate", "-f", "pipeline.yml"), { result: "Succeeded" });
    assert.deepEqual(await json("job", "list"), []);
  });

  it("runs a pipeline and shows its steps as they start and end", async () => {
    const args = [
      "job",
      "create",
      "-f",
      "pipeline.yml",
      "--stream",
      "--save-as",
      "saved.yml",
      "--query",
      "name",
      "-o",
      "tsv",
    ];
    const { exitCode, stdout, stderr } = await run(...args);
    assert.equal(exitCode, 0, stderr + stdout);
    assert.match(stdout, /Submitting run, train:[\s\S]*\(train: Completed\)[\s\S]*\(look: Completed\)/);
    assert.match(stdout, /\nStep +Status +Duration +Name\n-.*\ntrain +Completed +[\d.]+ s .*\nlook +Completed /);
    job = stdout.trim().split("\n").at(-1) ?? "";
    await json("job", "download", "-n", job, "--all", "-p", "results");
    assert.equal(await readFile(join(folder, "results/named-outputs/looked/l.txt"), "utf8"), "rate 0.5");
  });

  it("lists jobs without their steps, and the steps of one", async () => {
    assert.match(
      (await run("job", "list", "-o", "table")).stdout,
      new RegExp(`^Name .*\\n-.*\\n${job} +Completed +pipeline +train-and-look`),
    );
    const steps = await json("job", "list", "--parent-job-name", job, "--query", "sort([].display_name)");
    assert.deepEqual(steps, ["look", "train"]);
  });

  it("shows a pipeline as YAML that can be created again", async () => {
    const shown = await json("job", "show", "-n", job, "--query", "jobs.look.inputs");
    assert.deepEqual(shown, { model: "${{parent.jobs.train.outputs.model}}" });
    assert.equal(await json("job", "create", "-f", "saved.yml", "--set", "name=again", "--query", "name"), "again");
  });

  it("creates versions of a component, and runs it by name", async () => {
    assert.deepEqual(await json("component", "create", "-f", "parts/train.yml", "--query", "[name, version]"), [
      "train",
      "1",
    ]);
    assert.deepEqual(await json("component", "list", "--query", "[].name"), ["train"]);
    assert.equal(await json("component", "show", "-n", "train", "--query", "inputs.epochs.default"), "2");
    const set = ["--set", "jobs.train.component=azureml:train@latest", "--query", "jobs.train.component"];
    assert.equal(await json("job", "create", "-f", "pipeline.yml", ...set), "azureml:train:1");
  });

  it("schedules the job of a file with other inputs, triggers it, and takes it away", async () => {
    const created = await json(
      "schedule",
      "create",
      "-f",
      "schedule.yml",
      "--query",
      "[create_job.inputs.rate, trigger.frequency, is_enabled]",
    );
    assert.deepEqual(created, ["7", "day", true]);
    const made = await json("schedule", "trigger", "-n", "nightly", "--query", "job_name");
    assert.match(String(made), /^nightly-/);
    assert.equal(await json("job", "show", "-n", String(made), "--query", "inputs.rate"), "7");
    await json("schedule", "update", "-n", "nightly", "--set", "trigger.interval=2");
    assert.equal(await json("schedule", "disable", "-n", "nightly", "--query", "trigger.interval"), 2);
    assert.deepEqual(await json("schedule", "list"), []);
    assert.deepEqual(await json("schedule", "list", "--disabled-only", "--query", "[].name"), ["nightly"]);
    assert.equal((await run("schedule", "delete", "-n", "nightly", "--yes")).exitCode, 0);
    assert.deepEqual(await json("schedule", "list", "--include-disabled"), []);
  });

  it("passes it all through the stand-in for az", async () => {
    const az = (...args: string[]) => runCli(args, { home: server.home, folder, program: "az" });
    const wrong = await az("ml", "job", "validate", "--file", "wrong.yml");
    assert.deepEqual([wrong.exitCode, wrong.stderr.startsWith("ERROR: wrong.yml:8:20: ")], [1, true]);
    const shown = await az("ml", "job", "show", "-n", job, "--query", "status", "-o", "tsv");
    assert.equal(shown.stdout, "Completed\n");
  });
});
