import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parallelStepFields } from "./parallel-step.ts";

const SPEC = {
  type: "parallel",
  task: {
    type: "run_function",
    code: "azureml:/subscriptions/s/codes/c/versions/1",
    environment: "azureml:/subscriptions/s/environments/e/versions/1",
    entry_script: "score.py",
    program_arguments: "--model ${{inputs.model}}",
    append_row_to: "${{outputs.rows}}",
  },
  input_data: "${{inputs.images}}",
  mini_batch_size: "10",
  retry_settings: { timeout: 60, max_retries: 2 },
  error_threshold: "5",
};

describe("fields of a parallel step", () => {
  it("come from the component, the step's word first", () => {
    const step = {
      partition_keys: '["Store", "Brand"]',
      mini_batch_size: 0,
      retry_settings: { timeout: "30" },
      logging_level: "debug",
      task: null,
    };
    assert.deepEqual(parallelStepFields(SPEC, step), {
      codeId: "/subscriptions/s/codes/c/versions/1",
      environmentId: "/subscriptions/s/environments/e/versions/1",
      entryScript: "score.py",
      programArguments: "--model ${{inputs.model}}",
      appendRowTo: "${{outputs.rows}}",
      inputData: "${{inputs.images}}",
      miniBatchSize: "10",
      partitionKeys: ["Store", "Brand"],
      errorThreshold: 5,
      loggingLevel: "DEBUG",
      retrySettings: { maxRetries: 2, timeout: 30 },
    });
  });

  it("are left to the job's schema where they are no such thing", () => {
    const fields = parallelStepFields({ error_threshold: "many", partition_keys: "Store" }, { task: "score.py" });
    assert.deepEqual(fields, { errorThreshold: "many", partitionKeys: "Store", retrySettings: {} });
  });

  it("may all come from the step", () => {
    assert.deepEqual(parallelStepFields({}, SPEC), { ...parallelStepFields(SPEC, {}) });
  });
});
