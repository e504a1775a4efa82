import { z } from "zod";

import { taskGroupSchema } from "./task-group.ts";
import { taskServiceSchema } from "./task-service.ts";

/** Everything a runner needs to carry out one task. Paths inside are relative to the task's working folder. */
export const codeSourceSchema = z.object({
  /** Absolute URL of the blob folder, ending in `/`, readable with the task's token. */
  url: z.string(),
  /** The same content as files of this machine's blob store: relative name to absolute path; the fast path. */
  localFiles: z.record(z.string(), z.string()).optional(),
});

export const inputModes = ["ro_mount", "rw_mount", "download", "direct", "eval_mount", "eval_download"] as const;
export const outputModes = ["rw_mount", "upload", "direct"] as const;
export const dataTypes = ["uri_file", "uri_folder", "mltable", "custom_model", "mlflow_model", "triton_model"] as const;

export const taskInputSchema = z.object({
  name: z.string(),
  type: z.enum(dataTypes),
  mode: z.enum(inputModes),
  /** Where the data is: `https://…` on our storage or elsewhere, or `file:///…`. A folder's URL ends in `/`. */
  url: z.string(),
  isFolder: z.boolean(),
  localFiles: z.record(z.string(), z.string()).optional(),
});

export const taskOutputSchema = z.object({
  name: z.string(),
  type: z.enum(dataTypes),
  mode: z.enum(outputModes),
  /** Where the output goes: a blob folder URL ending in `/`, or a blob URL for `uri_file`. */
  url: z.string(),
});

/** How the Python environment is made. The digest of this object names the environment's folder. */
export const environmentSpecSchema = z.object({
  /** Shown to people: `azureml:sklearn-1.5:1`. Not part of the digest. */
  name: z.string(),
  /** `3.10`; `undefined` means the nearest interpreter to the default. */
  pythonVersion: z.string().optional(),
  /** Requirements in pip's grammar, one an entry. */
  requirements: z.array(z.string()),
  /** A conda file as text, where the environment has one. */
  condaFile: z.string().optional(),
  /** A Docker image or build context that stands behind it, recorded and shown as substituted. */
  image: z.string().optional(),
  /** Variables that the environment sets. */
  variables: z.record(z.string(), z.string()).default({}),
});

/**
 * Variable that the runner sets for a `replica`: absolute path of a file that does not exist yet. The served program
 * chooses a free port on loopback and, once it is ready to answer, writes the number there (renamed into place). The
 * runner watches for the file and reports the number as `port`; a replica that ends before has failed.
 */
export const PORT_FILE_VARIABLE = "LAZULI_PORT_FILE";

export const taskSpecSchema = z.object({
  taskId: z.string(),
  /** `job` ends by itself; `replica` serves until it is stopped: see {@link PORT_FILE_VARIABLE}. */
  kind: z.enum(["job", "replica"]),
  /** Bearer token good for this task alone. */
  token: z.string(),
  serverUrl: z.string(),
  /** Folder that the runner makes and owns; removed once outputs are safe. */
  workingFolder: z.string(),
  code: codeSourceSchema.optional(),
  environment: environmentSpecSchema,
  /** Shell command with `${{inputs.x}}` already bound except for what only the node knows: see `bindings`. */
  command: z.string(),
  /** Literal inputs, for `${{inputs.x}}` and `AZUREML_…` variables. */
  parameters: z.record(z.string(), z.string()),
  inputs: z.array(taskInputSchema),
  outputs: z.array(taskOutputSchema),
  variables: z.record(z.string(), z.string()),
  /** Folders in the working folder whose files become run artifacts: `./outputs` and `./logs`. */
  artifactsUrl: z.string(),
  timeoutSeconds: z.number().optional(),
  /** Set when the job has several nodes or processes. */
  group: taskGroupSchema.optional(),
  /** Which of the compute's nodes the task is on. */
  node: z.number().int().nonnegative().optional(),
  /** GPUs of the machine that are the task's alone; `undefined` leaves the choice to the command. */
  gpus: z.array(z.number().int().nonnegative()).optional(),
  /** Programs that run beside the command, for people to look in. */
  services: z.array(taskServiceSchema).optional(),
  /** Grace between SIGTERM and SIGKILL on stop. */
  graceSeconds: z.number().default(5),
});

export type EnvironmentSpec = z.infer<typeof environmentSpecSchema>;
export type TaskInput = z.infer<typeof taskInputSchema>;
export type TaskOutput = z.infer<typeof taskOutputSchema>;
export type TaskSpec = z.infer<typeof taskSpecSchema>;
