import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { canonicalJson } from "./canonical-json.ts";
import { explainDifference } from "./explain-difference.ts";
import { keyText } from "./key-text.ts";
import { draftStep } from "./step-draft.ts";
import type { StepParts } from "./step-parts.ts";
import { refuseReuse } from "./verdict.ts";

const word = fc.stringMatching(/^[a-z]{1,4}$/);
const texts = fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true });
const content = fc.record({ digest: word, fileCount: fc.constant(1), sizeBytes: fc.constant(1) });
const environment = fc.record({
  image: word,
  requirements: fc.array(word, { maxLength: 3 }),
  condaFile: fc.option(word, { nil: undefined }),
  variables: texts,
});
const data = fc.record({ type: word, mode: word, content });
const named = <Part>(part: fc.Arbitrary<Part>) => fc.dictionary(word, part, { maxKeys: 3, noNullPrototype: true });
const parts: fc.Arbitrary<StepParts> = fc.record({
  kind: fc.constantFrom("Command", "Parallel"),
  command: word,
  code: named(content),
  environments: named(environment),
  data: named(data),
  parameters: texts,
  outputs: texts,
  variables: texts,
  settings: texts,
});

const STEP: StepParts = {
  kind: "Command",
  command: "python train.py",
  code: { code: { digest: "c1", fileCount: 2, sizeBytes: 10 } },
  environments: { environment: { requirements: ["numpy==1.26"], variables: {}, pythonVersion: "3.11" } },
  data: { data: { type: "uri_folder", mode: "ReadOnlyMount", content: { digest: "d1", fileCount: 1, sizeBytes: 3 } } },
  parameters: { lr: "0.1" },
  outputs: { model: "uri_folder, ReadWriteMount" },
  variables: {},
  settings: {},
};

describe("step key", () => {
  it("is the same exactly when nothing differs", () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        assert.equal(keyText(one) === keyText(other), explainDifference(one, other).length === 0);
        assert.deepEqual(explainDifference(one, one), []);
      }),
    );
  });

  it("does not depend on the order in which a client wrote the job", () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(canonicalJson(turned), canonicalJson(value));
      }),
    );
  });
});

describe("explain difference", () => {
  const files: Record<string, Record<string, string>> = {
    d1: { "a.csv": "1", "b.csv": "2" },
    d2: { "a.csv": "9", "c.csv": "3" },
  };
  const filesOf = (digest: string) => files[digest];

  it("names the parameter with both values", () => {
    const after = { ...STEP, parameters: { lr: "0.2" } };
    const [difference] = explainDifference(STEP, after);
    assert.equal(difference?.message, "parameter 'lr' changed from '0.1' to '0.2'");
  });

  it("names the files of an input that changed", () => {
    const changed = {
      type: "uri_folder",
      mode: "ReadOnlyMount",
      content: { digest: "d2", fileCount: 2, sizeBytes: 4 },
    };
    const [difference] = explainDifference(STEP, { ...STEP, data: { data: changed } }, filesOf);
    assert.equal(difference?.message, "input 'data' changed: 'a.csv' changed, 'c.csv' added, 'b.csv' removed");
  });

  it("gives sizes where the files are not known", () => {
    const code = { code: { digest: "c2", fileCount: 1, sizeBytes: 7 } };
    const [difference] = explainDifference(STEP, { ...STEP, code }, filesOf);
    assert.equal(difference?.message, "the code has other content: 2 files of 10 bytes before, 1 file of 7 bytes now");
  });

  it("names the requirement that changed", () => {
    const environments = {
      environment: { requirements: ["numpy==2.0", "pandas"], variables: {}, pythonVersion: "3.11" },
    };
    const [difference] = explainDifference(STEP, { ...STEP, environments });
    assert.equal(difference?.message, "the environment changed: 'numpy==1.26' is now 'numpy==2.0'; 'pandas' added");
  });
});

describe("step draft", () => {
  const job = {
    jobType: "Command",
    command: "python a.py",
    codeId: "azureml:code:1",
    environmentId: "azureml:env:1",
    inputs: {
      data: { jobInputType: "uri_file", uri: "azureml:data:1" },
      lr: { jobInputType: "literal", value: 0.1 },
    },
    outputs: { model: { jobOutputType: "mlflow_model", assetName: "iris" } },
  };

  it("takes references, data, parameters and outputs apart", () => {
    assert.deepEqual(draftStep(job), {
      kind: "Command",
      command: "python a.py",
      code: { code: "azureml:code:1" },
      environments: { environment: "azureml:env:1" },
      data: { data: { uri: "azureml:data:1", type: "uri_file", mode: "ReadOnlyMount" } },
      parameters: { lr: "0.1" },
      outputs: { model: "mlflow_model, ReadWriteMount, as iris:next" },
      variables: {},
      settings: {},
      placedOutputs: [],
    });
  });

  it("leaves out what cannot change the result", () => {
    const about = {
      displayName: "x",
      computeId: "cpu",
      limits: { timeout: "PT1H" },
      tags: { a: "b" },
      resources: { instanceCount: 1, instanceType: "big" },
    };
    assert.deepEqual(draftStep({ ...job, ...about }), draftStep(job));
  });

  it("keeps what it does not know, and finds references inside", () => {
    const draft = draftStep({
      jobType: "Sweep",
      limits: { maxTotalTrials: 4 },
      trial: { command: "python b.py", codeId: "azureml:code:2", environmentId: "azureml:env:2" },
      resources: { instanceCount: 2 },
    });
    assert.deepEqual(draft.code, { "trial.code": "azureml:code:2" });
    assert.deepEqual(draft.environments, { "trial.environment": "azureml:env:2" });
    assert.deepEqual(draft.settings, {
      trial: '{"command":"python b.py"}',
      limits: '{"maxTotalTrials":4}',
      "resources.instanceCount": "2",
    });
  });

  it("names outputs with a place of their own", () => {
    const outputs = { model: { jobOutputType: "uri_folder", uri: "azureml://datastores/x/paths/y" } };
    assert.deepEqual(draftStep({ ...job, outputs }).placedOutputs, ["model"]);
  });
});

describe("refuse reuse", () => {
  it("allows a deterministic step with outputs in the usual place", () => {
    assert.equal(refuseReuse({ isDeterministic: true, isForced: false, placedOutputs: [] }), undefined);
  });

  it("says which rule keeps a step from being reused", () => {
    const codes = [
      refuseReuse({ isDeterministic: true, isForced: true, placedOutputs: [] }),
      refuseReuse({ isDeterministic: false, isForced: false, placedOutputs: [] }),
      refuseReuse({ isDeterministic: true, isForced: false, placedOutputs: ["model"] }),
    ].map((verdict) => verdict?.code);
    assert.deepEqual(codes, ["forced", "notDeterministic", "placedOutput"]);
  });
});
