import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";
import { queueSettingsSchema } from "./job-resources.ts";
import { environmentVariablesSchema } from "../shared/environment-variables.ts";

/** The program: a Python file of the code, or a class of a jar. */
export const sparkEntrySchema = z.discriminatedUnion("sparkJobEntryType", [
  z.looseObject({
    sparkJobEntryType: z.literal("SparkJobPythonEntry"),
    file: z.string().min(1).describe("Python file in the code."),
  }),
  z.looseObject({
    sparkJobEntryType: z.literal("SparkJobScalaEntry"),
    className: z.string().min(1).describe("Class with a main method, in one of the jars."),
  }),
]);

const files = z.array(z.string().min(1)).nullish();

/** A job that runs a Spark application. */
export const sparkJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Spark").describe("Type of job."),
  codeId: z.string().min(1).describe("Code version that holds the entry and the files."),
  entry: sparkEntrySchema.describe("What Spark runs."),
  args: z.string().nullish().describe("Arguments of the program; may hold ${{inputs.x}} and ${{outputs.y}}."),
  conf: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .nullish()
    .describe("Settings of Spark by their own names, as 'spark.executor.memory'."),
  pyFiles: files.describe("Python files, zips and eggs of the code that go on Python's path."),
  jars: files.describe("Jars of the code that go on the class path."),
  files: files.describe("Files of the code that each executor finds."),
  archives: files.describe("Archives of the code that each executor finds unpacked."),
  environmentId: z.string().nullish().describe("Environment version with further Python packages."),
  environmentVariables: environmentVariablesSchema.nullish().describe("Variables set for the driver."),
  resources: z
    .looseObject({
      instanceType: z.string().nullish().describe("Size of a node; recorded."),
      runtimeVersion: z.string().nullish().describe("Version of Spark, as '3.4'."),
    })
    .nullish()
    .describe("What the job needs to run."),
  queueSettings: queueSettingsSchema.nullish().describe("Tier and priority in the queue."),
});

export type SparkJob = z.infer<typeof sparkJobSchema>;
export type SparkEntry = z.infer<typeof sparkEntrySchema>;
