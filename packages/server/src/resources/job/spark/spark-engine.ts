import type { SparkJob } from "@lazuli/contract/jobs/spark.ts";

import type { LeafJob } from "../leaf/leaf-job.ts";

/**
 * Where Spark applications run. Each engine turns a job into what a node has to do: with PySpark on the node itself
 * that is the application; with a service elsewhere it is a client that submits it there and follows it.
 */
export interface SparkEngine {
  readonly name: string;
  /** What of the job this engine cannot do, by field of the job's properties. */
  findProblems(job: SparkJob): readonly { readonly field: string; readonly message: string }[];
  toLeaf(job: SparkJob): LeafJob;
}
