import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { ENTITIES, type Noun } from "./entities.ts";
import { loadDocument } from "./load-document.ts";
import { YamlDocument } from "./yaml-document.ts";

const COMPONENT = `
name: train
command: python t.py \${{inputs.data}} \${{inputs.n}} \${{outputs.model}}
environment: azureml:e:1
inputs:
  data: {type: uri_file}
  n: {type: integer, default: 3}
outputs:
  model: {type: uri_folder}
`;

const PIPELINE = `
type: pipeline
inputs: {data: {type: uri_file, path: azureml:d:1}}
jobs:
  train:
    component: ./parts/train.yml
    inputs: {data: "\${{parent.inputs.data}}"}
  score:
    command: echo \${{inputs.model}}
    environment: azureml:e:1
    inputs: {model: "\${{parent.jobs.train.outputs.model}}"}
`;

/** Files that exist only here. */
function filesOf(texts: Readonly<Record<string, string>>) {
  return {
    resolve: (from: string, path: string) => join(dirname(from), path),
    shown: (path: string) => path,
    readText: (path: string) => {
      const text = texts[path];
      return text === undefined
        ? Promise.reject(new PlatformError("NotFound", `There is no '${path}'.`))
        : Promise.resolve(text);
    },
  };
}

async function load(texts: Readonly<Record<string, string>>, noun: Noun = "job") {
  const warnings: string[] = [];
  const document = await loadDocument(ENTITIES[noun], texts["a.yml"] ?? "", {
    path: "a.yml",
    files: filesOf(texts),
    onWarning: ({ line, message }) => warnings.push(`${line}: ${message}`),
  });
  return { document, warnings };
}

async function problemsOf(texts: Readonly<Record<string, string>>, noun: Noun = "job"): Promise<string[]> {
  try {
    await load(texts, noun);
  } catch (error) {
    assert.ok(error instanceof PlatformError && error.code === "BadRequest");
    return error.message.split("\n");
  }
  assert.fail("the files have no problems");
}

describe("load document", () => {
  it("reads the component files that steps name, each once, at the place of their reference", async () => {
    const twice = PIPELINE.replace(
      "  score:",
      '  again:\n    component: parts/train.yml\n    inputs: {data: "${{parent.inputs.data}}"}\n  score:',
    );
    const { document, warnings } = await load({ "a.yml": twice, "parts/train.yml": COMPONENT });
    const { train, again } = Object(document.value["jobs"]);
    assert.ok(train.component instanceof YamlDocument);
    assert.equal(train.component, again.component);
    assert.equal(train.component.path, "parts/train.yml");
    assert.deepEqual(warnings, []);
  });

  it("lists the problems of all files, with their own names and lines", async () => {
    const texts = {
      "a.yml": PIPELINE.replace("parent.inputs.data", "parent.inputs.dta").replace(
        "train.outputs.model",
        "trian.outputs.model",
      ),
      "parts/train.yml": COMPONENT.replace("integer", "integr"),
    };
    assert.deepEqual(await problemsOf(texts), [
      "a.yml:7:20: The pipeline has no input 'dta'; did you mean 'data'?",
      "a.yml:11:21: There is no step 'trian'; did you mean 'train'?",
      "parts/train.yml:7:13: 'inputs.n.type' cannot be 'integr'; did you mean 'integer'?",
    ]);
  });

  it("reports inputs that are missing, outputs that are not there, and files that are not there", async () => {
    const texts = { "parts/train.yml": COMPONENT };
    const problems = (yaml: string) => problemsOf({ ...texts, "a.yml": yaml });
    assert.deepEqual(await problems(PIPELINE.replace('{data: "${{parent.inputs.data}}"}', "{n: 4}")), [
      "a.yml:7:13: The input 'data' of the component is missing from step 'train'.",
    ]);
    assert.deepEqual(await problems(PIPELINE.replace("outputs.model}}", "outputs.modle}}")), [
      "a.yml:11:21: Step 'train' has no output 'modle'; did you mean 'model'?",
    ]);
    assert.deepEqual(await problems(PIPELINE.replace("train.yml", "nothing.yml")), [
      "a.yml:6:16: There is no component file './parts/nothing.yml' beside 'a.yml'.",
    ]);
  });

  it("warns of what Azure overlooks: settings and inputs that nobody knows", async () => {
    const yaml = PIPELINE.replace(
      '{data: "${{parent.inputs.data}}"}',
      '{data: "${{parent.inputs.data}}", epochs: 1}',
    ).replace("jobs:", "settings: {default_datestore: azureml:d}\njobs:");
    const { warnings } = await load({ "a.yml": yaml, "parts/train.yml": COMPONENT });
    assert.deepEqual(warnings, [
      "4: 'default_datestore' is not a setting of a pipeline and has no effect; did you mean 'default_datastore'?",
      "8: The component has no input 'epochs'; known are data, n.",
    ]);
  });

  it("refuses a pipeline that is a step of itself", async () => {
    const component = "type: pipeline\njobs:\n  again: {type: pipeline, component: ./loop.yml}\n";
    const yaml = "type: pipeline\njobs:\n  outer: {type: pipeline, component: ./loop.yml}\n";
    assert.deepEqual(await problemsOf({ "a.yml": yaml, "loop.yml": component }), [
      "loop.yml:3:38: The component './loop.yml' runs itself; a pipeline cannot be a step of its own.",
    ]);
  });

  it("finds the line that the platform speaks of, also in the component's file", async () => {
    const { document } = await load({ "a.yml": PIPELINE, "parts/train.yml": COMPONENT });
    const lineOf = (target: string) => {
      const issue = document.locate(target, "");
      return issue === undefined ? undefined : `${issue.file}:${issue.line}`;
    };
    assert.equal(lineOf("properties.jobs.train.inputs.data"), "a.yml:7");
    assert.equal(lineOf("properties.jobs.train.componentId"), "a.yml:6");
    assert.equal(lineOf("properties.jobs.train.environment"), "parts/train.yml:4");
    assert.equal(lineOf("properties.jobs.train.inputs.n"), "parts/train.yml:7");
    assert.equal(lineOf("properties.inputs.data.uri"), "a.yml:3");
    assert.equal(lineOf("name"), undefined);
  });

  it("lays what a schedule changes over the job of its file", async () => {
    const schedule =
      "name: s\ntrigger: {type: cron, expression: '* * * * *'}\ncreate_job:\n  type: pipeline\n  job: ./job.yml\n  inputs: {data: {path: azureml:d:2}}\n";
    const { document } = await load(
      { "a.yml": schedule, "job.yml": PIPELINE, "parts/train.yml": COMPONENT },
      "schedule",
    );
    const job = document.value["create_job"];
    assert.ok(job instanceof YamlDocument && job.path === "job.yml");
    assert.deepEqual(job.value["inputs"], { data: { type: "uri_file", path: "azureml:d:2" } });
    assert.deepEqual(
      await problemsOf(
        { "a.yml": schedule.replace("inputs:", "inpts:"), "job.yml": PIPELINE, "parts/train.yml": COMPONENT },
        "schedule",
      ),
      ["a.yml:6:3: 'inpts' is not a key of a pipeline job; did you mean 'inputs'?"],
    );
  });

  it("refers to a job that ran, with changes that need not be a whole job", async () => {
    const schedule =
      "name: s\ntrigger: {type: cron, expression: '* * * * *'}\ncreate_job: {type: pipeline, job: azureml:old, inputs: {n: 2}}\n";
    const { document } = await load({ "a.yml": schedule }, "schedule");
    assert.deepEqual(document.value["create_job"], {
      type: "pipeline",
      inputs: { n: 2 },
      source_job_id: "azureml:old",
    });
  });
});
