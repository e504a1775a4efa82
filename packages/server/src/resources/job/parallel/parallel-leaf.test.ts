import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parallelJobSchema, type ParallelJob } from "@lazuli/contract/jobs/parallel.ts";

import { parallelLeaf } from "./parallel-leaf.ts";

function sampleJob(more: Partial<ParallelJob> = {}): ParallelJob {
  return parallelJobSchema.parse({
    jobType: "Parallel",
    codeId: "azureml:code:1",
    environmentId: "azureml:env:1",
    entryScript: "score.py",
    programArguments: "--model ${{inputs.model}}\n  --error_threshold 3",
    inputData: "${{inputs.table}}",
    appendRowTo: "${{outputs.rows}}",
    inputs: {
      table: { jobInputType: "mltable", uri: "azureml:table:1", mode: "Direct" },
      model: { jobInputType: "uri_folder", uri: "azureml:model:1", mode: "Download" },
    },
    outputs: { rows: { jobOutputType: "uri_file" } },
    resources: { instanceCount: 2 },
    ...more,
  });
}

function settingsOf(job: ParallelJob): Record<string, unknown> {
  const parsed: Record<string, unknown> = JSON.parse(parallelLeaf(job).additions?.variables?.["LAZULI_PARALLEL"] ?? "");
  return parsed;
}

describe("leaf of a parallel job", () => {
  it("hands paths and arguments over where no shell reads them", () => {
    assert.deepEqual(parallelLeaf(sampleJob()).command.split("\n"), [
      "exec python -m lazuli.parallel <<'END_OF_LAZULI_PLAN'",
      "input_data=${{inputs.table}}",
      "append_row_to=${{outputs.rows}}",
      "program_arguments=--model ${{inputs.model}} --error_threshold 3",
      "END_OF_LAZULI_PLAN",
    ]);
  });

  it("says all settings, with Azure's defaults", () => {
    assert.deepEqual(settingsOf(sampleJob({ partitionKeys: ["Store"], retrySettings: { maxRetries: 0 } })), {
      entryScript: "score.py",
      inputKind: "table",
      miniBatchSize: null,
      partitionKeys: ["Store"],
      errorThreshold: -1,
      miniBatchErrorThreshold: -1,
      maxConcurrencyPerInstance: null,
      maxRetries: 0,
      timeoutSeconds: 60,
      loggingLevel: "INFO",
      nodeCount: 2,
    });
  });

  it("brings the input that is split to the node, whatever its mode", () => {
    assert.equal(parallelLeaf(sampleJob()).inputs?.["table"]?.mode, "ReadOnlyMount");
    assert.equal(parallelLeaf(sampleJob()).inputs?.["model"]?.mode, "Download");
  });

  it("takes an MLTable whose files are asked for as files", () => {
    const table = { jobInputType: "mltable", uri: "azureml:table:1", mode: "EvalMount" } as const;
    assert.equal(settingsOf(sampleJob({ inputs: { table } }))["inputKind"], "files");
  });

  it("reads what the job that it resumes left", () => {
    const leaf = parallelLeaf(sampleJob({ resumeFrom: "earlier" }));
    assert.ok(leaf.command.includes("resume_from=${{inputs.lazuli_resumed_job}}"));
    assert.equal(leaf.inputs?.["lazuli_resumed_job"]?.uri, "azureml://jobs/earlier/outputs/artifacts/paths/");
  });
});
