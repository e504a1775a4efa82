import { z } from "zod";

import { commandJobSchema } from "../jobs/command.ts";
import { JOB_TYPES, jobBaseSchema, RUNNABLE_JOB_TYPES } from "../jobs/job-base.ts";
import { parallelJobSchema } from "../jobs/parallel.ts";
import { pipelineJobSchema } from "../jobs/pipeline.ts";
import { sparkJobSchema } from "../jobs/spark.ts";
import { sweepJobSchema } from "../jobs/sweep.ts";
import { defineResourceType } from "../resource-type.ts";

/** Job types without a schema of their own yet: admitted nowhere, refused by a sentence that says so. */
const laterJobSchema = jobBaseSchema.extend({ jobType: z.enum(JOB_TYPES).exclude(RUNNABLE_JOB_TYPES) });

export const jobPropertiesSchema = z.discriminatedUnion("jobType", [
  commandJobSchema,
  pipelineJobSchema,
  sweepJobSchema,
  parallelJobSchema,
  sparkJobSchema,
  laterJobSchema,
]);

export type JobProperties = z.infer<typeof jobPropertiesSchema>;

export const jobType = defineResourceType({
  type: "workspaces/jobs",
  noun: "job",
  properties: jobPropertiesSchema,
  example: {
    properties: {
      jobType: "Command",
      displayName: "train iris",
      experimentName: "iris",
      command: "python train.py --data ${{inputs.iris}} --epochs ${{inputs.epochs}} --model ${{outputs.model}}",
      codeId:
        "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lazuli/providers/Microsoft.MachineLearningServices/workspaces/main/codes/train/versions/1",
      environmentId: "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
      computeId: "serverless",
      inputs: {
        iris: { jobInputType: "uri_file", uri: "azureml://datastores/workspaceblobstore/paths/iris.csv" },
        epochs: { jobInputType: "literal", value: "10" },
      },
      outputs: { model: { jobOutputType: "mlflow_model", assetName: "iris" } },
      limits: { jobLimitsType: "Command", timeout: "PT1H" },
    },
  },
  actions: [
    { name: "cancel", longRunning: false, description: "Ends the job and everything it started." },
    {
      name: "explainReuse",
      longRunning: false,
      isRead: true,
      description: "Lazuli's own: what a step was reused from, or why it ran. Of a pipeline, for each of its steps.",
    },
    {
      name: "resume",
      longRunning: false,
      description:
        "Lazuli's own: a new job of a pipeline that failed or was canceled; what it completed is not run again.",
    },
    {
      name: "diff",
      longRunning: false,
      description: "Lazuli's own: code, environment, inputs, parameters and metrics in which another job differs.",
    },
  ],
});
