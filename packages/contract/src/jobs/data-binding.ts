import { z } from "zod";

/** Types of data that jobs read and write, in Azure's spelling. */
export const DATA_BINDING_TYPES = [
  "uri_file",
  "uri_folder",
  "mltable",
  "custom_model",
  "mlflow_model",
  "triton_model",
] as const;

export const JOB_INPUT_MODES = [
  "ReadOnlyMount",
  "ReadWriteMount",
  "Download",
  "Direct",
  "EvalMount",
  "EvalDownload",
] as const;

export const JOB_OUTPUT_MODES = ["ReadWriteMount", "Upload", "Direct"] as const;

/** An input: a literal `value`, or data behind a `uri`. */
export const jobInputSchema = z.looseObject({
  jobInputType: z
    .enum(["literal", ...DATA_BINDING_TYPES])
    .describe("Kind of the input: 'literal' for a value, otherwise a type of data."),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish().describe("The value of a literal input."),
  uri: z.string().nullish().describe("Where the data is: an asset's id, a datastore path, a job's output or a URL."),
  mode: z.enum(JOB_INPUT_MODES).nullish().describe("How the data reaches the job; 'ReadOnlyMount' when left out."),
  description: z.string().nullish().describe("What the input is for."),
});

/** An output; with `assetName` it is registered as a data or model version once the job has completed. */
export const jobOutputSchema = z.looseObject({
  jobOutputType: z.enum(DATA_BINDING_TYPES).describe("Type of data that the job writes."),
  uri: z.string().nullish().describe("Where it goes; a folder of the default datastore when left out."),
  mode: z.enum(JOB_OUTPUT_MODES).nullish().describe("How the data leaves the job; 'ReadWriteMount' when left out."),
  assetName: z.string().nullish().describe("Registers the output under this name."),
  assetVersion: z.string().nullish().describe("Version to register; the next one when left out."),
  description: z.string().nullish().describe("What the output holds."),
});

export type DataBindingType = (typeof DATA_BINDING_TYPES)[number];
export type JobInput = z.infer<typeof jobInputSchema>;
export type JobOutput = z.infer<typeof jobOutputSchema>;
