import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import fc from "fast-check";

import { parseAssignment } from "./assignments.ts";
import { ENTITIES, type Noun } from "./entities.ts";
import { loadEntity } from "./load-entity.ts";
import { editDistance, nearestWord } from "./nearest-word.ts";

/** The problems of a file, one a line; fails when there are none. */
function problemsOf(noun: Noun, text: string, set: string[] = []): string[] {
  try {
    loadEntity(ENTITIES[noun], text, { file: "a.yml", assignments: set.map((item) => parseAssignment(item)) });
  } catch (error) {
    assert.ok(error instanceof PlatformError && error.code === "BadRequest");
    assert.equal(error.details.length, error.message.split("\n").length);
    return error.message.split("\n");
  }
  assert.fail("the file has no problems");
}

function lines(...text: string[]): string {
  return text.join("\n");
}

describe("load entity", () => {
  it("names the line, the column and the nearest known key of a typo", () => {
    const text = lines("$schema: https://x/commandJob.schema.json", "comand: echo", "environment: azureml:e:1");
    assert.deepEqual(problemsOf("job", text), [
      "a.yml:2:1: 'comand' is not a key of a command job; did you mean 'command'?",
      "a.yml:1:1: 'command' is missing from a command job.",
    ]);
  });

  it("finds typos in camel case and deep inside", () => {
    const text = lines("name: c", "type: amlcompute", "maxInstances: 3", "identity:", "  tpye: system_assigned");
    assert.deepEqual(problemsOf("compute", text), [
      "a.yml:3:1: 'maxInstances' is not a key of an AmlCompute cluster; did you mean 'max_instances'?",
      "a.yml:5:3: 'tpye' is not a key of an identity; did you mean 'type'?",
      "a.yml:5:3: 'type' is missing from an identity.",
    ]);
  });

  it("says what a value must be, and what it is", () => {
    const text = lines(
      "command: echo",
      "environment: azureml:e:1",
      "resources:",
      "  instance_count: two",
      "limits: {timeout: -1}",
      "inputs:",
      "  data: {type: uri_folder, path: x, mode: ro_mont}",
      "outputs: []",
    );
    assert.deepEqual(problemsOf("job", text), [
      "a.yml:4:19: 'resources.instance_count' must be a whole number of at least 1, not 'two'.",
      "a.yml:5:19: 'limits.timeout' must be a whole number of seconds, not -1.",
      "a.yml:7:43: 'inputs.data.mode' cannot be 'ro_mont'; did you mean 'ro_mount'?",
      "a.yml:8:10: 'outputs' must be keys, each with keys of a job output, not a list.",
    ]);
  });

  it("knows a job's type by its keys where it names none, and says which types there are", () => {
    assert.deepEqual(problemsOf("job", "type: sweep\nsearch_space: {}"), [
      "a.yml:1:1: 'trial' is missing from a sweep job.",
      "a.yml:1:1: 'objective' is missing from a sweep job.",
      "a.yml:1:1: 'limits' is missing from a sweep job.",
    ]);
    assert.deepEqual(problemsOf("job", "jobs: {a: {comand: ls}}"), [
      "a.yml:1:12: 'comand' is not a key of a command step; did you mean 'command'?",
      "a.yml:1:11: Step 'a' has neither a 'component' nor a 'command'.",
    ]);
    assert.deepEqual(problemsOf("job", "type: comand"), [
      "a.yml:1:7: 'type' of a job cannot be 'comand'; did you mean 'command'?",
    ]);
    assert.deepEqual(problemsOf("job", "type: parallel"), [
      "a.yml:1:7: 'parallel' is a type of steps, not of jobs; put it into a job of type 'pipeline'.",
    ]);
  });

  it("shows where the YAML itself breaks", () => {
    assert.match(problemsOf("data", "name: a\n  path: b\n")[0] ?? "", /^a\.yml:\d+:\d+: /);
    assert.match(problemsOf("data", "name: a\nname: b\npath: c")[0] ?? "", /^a\.yml:2:1: Map keys must be unique/);
  });

  it("lets --set replace, add and correct, before anything is checked", () => {
    const text = lines("command: echo", "environment: azureml:e:1", "resources: {instance_count: two}");
    const assignments = ["resources.instance_count=2", "tags.team=vision", "inputs.n=3"].map((item) =>
      parseAssignment(item),
    );
    const value = loadEntity(ENTITIES.job, text, { file: "a.yml", assignments });
    assert.deepEqual(value["resources"], { instance_count: 2 });
    assert.deepEqual(value["tags"], { team: "vision" });
    assert.deepEqual(value["inputs"], { n: 3 });
    assert.deepEqual(problemsOf("job", text, ["resources.instance_count=many"]), [
      "a.yml:3:29: 'resources.instance_count' must be a whole number of at least 1, not 'many'.",
    ]);
  });

  it("keeps versions as they are written", () => {
    const value = loadEntity(ENTITIES.data, "name: d\nversion: 1.10\npath: x\ntags: {year: 2026}", { file: "a.yml" });
    assert.equal(value["version"], "1.10");
    assert.deepEqual(value["tags"], { year: "2026" });
  });

  it("refuses an environment with both an image and a build, or with neither", () => {
    assert.match(problemsOf("environment", "name: e\nimage: i\nbuild: {path: .}").join(), /a\.yml:3:1: .*not both/);
    assert.match(problemsOf("environment", "name: e\nconda_file: c.yml").join(), /needs an 'image' or a 'build'/);
  });

  it("reports any unknown key at its own line, and throws nothing else", () => {
    const known = new Set([
      "name",
      "version",
      "type",
      "path",
      "description",
      "tags",
      "properties",
      "stage",
      "datastore",
    ]);
    const key = fc.stringMatching(/^[a-z][a-z_]{2,14}$/).filter((word) => !known.has(word) && !isShownKey(word));
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 8 }), (keys) => {
        const problems = problemsOf("data", lines("name: d", "path: p", ...keys.map((word) => `${word}: 1`)));
        assert.deepEqual(
          problems.map((problem) => problem.split(" ").slice(0, 2).join(" ")),
          keys.map((word, at) => `a.yml:${at + 3}:1: '${word}'`),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("survives any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "grapheme" }), (text) => {
        try {
          loadEntity(ENTITIES.job, text, { file: "a.yml" });
        } catch (error) {
          assert.ok(error instanceof PlatformError, String(error));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("nearest word", () => {
  it("forgives one slip in short words and more in long ones", () => {
    assert.equal(nearestWord("comupte", ["command", "compute", "code"]), "compute");
    assert.equal(nearestWord("instance-cnt", ["instance_count", "instance_type"]), "instance_count");
    assert.equal(nearestWord("banana", ["command", "code"]), undefined);
  });

  it("measures the same in both directions", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => editDistance(a, b) === editDistance(b, a)));
  });
});

function isShownKey(word: string): boolean {
  return [
    "id",
    "creation_context",
    "provisioning_state",
    "referenced_uris",
    "auto_delete_setting",
    "latest_version",
    "next_version",
  ].includes(word);
}
