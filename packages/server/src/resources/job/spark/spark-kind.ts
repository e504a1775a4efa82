import type { ErrorDetail } from "@lazuli/contract/errors.ts";
import { sparkJobSchema, type SparkJob } from "@lazuli/contract/jobs/spark.ts";

import type { JobKind, KindDraft } from "../job-kind.ts";
import { leafKind } from "../leaf/leaf-kind.ts";
import { localSpark } from "./local-spark.ts";

/** Jobs that run a Spark application. */
export const sparkKind: JobKind = leafKind<SparkJob>({
  jobType: "Spark",
  schema: sparkJobSchema,
  toLeaf: (job) => localSpark.toLeaf(job),
  withEnvironment: (job, environmentId) => (job.environmentId == null ? job : { ...job, environmentId }),
  findProblems,
});

function findProblems({ job }: KindDraft<SparkJob>): ErrorDetail[] {
  const problems = localSpark.findProblems(job).map(({ field, message }) => ({
    code: "InvalidValue",
    message,
    target: `properties.${field}`,
  }));
  if (job.entry.sparkJobEntryType === "SparkJobScalaEntry" && (job.jars ?? []).length === 0) {
    const message = `Class '${job.entry.className}' must be in a jar, and the job names none under 'jars'.`;
    problems.push({ code: "MissingValue", message, target: "properties.jars" });
  }
  return problems;
}
