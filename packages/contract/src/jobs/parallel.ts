import { z } from "zod";

import { jobBaseSchema } from "./job-base.ts";
import { jobResourcesSchema, queueSettingsSchema } from "./job-resources.ts";
import { environmentVariablesSchema } from "../shared/environment-variables.ts";

/** A placeholder of an input of the job, as `${{inputs.images}}`. */
const inputReference = /^\s*\$\{\{\s*inputs\.([A-Za-z_][\w-]*)\s*\}\}\s*$/;
const outputReference = /^\s*\$\{\{\s*outputs\.([A-Za-z_][\w-]*)\s*\}\}\s*$/;

/**
 * A job that runs an entry script's `run()` over the mini-batches of an input. On Azure it exists only as a step of a
 * pipeline, with underscores in its names; here it is a job like any other.
 */
export const parallelJobSchema = jobBaseSchema.extend({
  jobType: z.literal("Parallel").describe("Type of job."),
  codeId: z.string().nullish().describe("Code version that holds the entry script."),
  environmentId: z.string().min(1).describe("Environment version that the entry script runs in."),
  entryScript: z
    .string()
    .min(1)
    .describe("File of the code with 'run()', and 'init()' and 'shutdown()' if it has them."),
  programArguments: z.string().nullish().describe("What the entry script finds in 'sys.argv'."),
  inputData: z.string().regex(inputReference).describe("Input to split, as '${{inputs.images}}'."),
  appendRowTo: z
    .string()
    .regex(outputReference)
    .nullish()
    .describe("Output that gets what 'run()' returns, as '${{outputs.predictions}}'."),
  miniBatchSize: z
    .union([z.number().int(), z.string()])
    .nullish()
    .describe("Files of a mini-batch, or bytes of a table's; '10kb' is bytes of either, '10rows' rows of a table."),
  partitionKeys: z
    .array(z.string().min(1))
    .nullish()
    .describe("Makes a mini-batch for each combination of these keys."),
  errorThreshold: z.number().int().min(-1).nullish().describe("Items that may fail; -1: any number."),
  miniBatchErrorThreshold: z.number().int().min(-1).nullish().describe("Mini-batches that may fail; -1: any number."),
  maxConcurrencyPerInstance: z
    .number()
    .int()
    .min(1)
    .nullish()
    .describe("Processes of a node; one a GPU, or one a core, when left out."),
  loggingLevel: z.enum(["DEBUG", "INFO", "WARNING"]).nullish().describe("How much the job says of itself."),
  retrySettings: z
    .looseObject({
      maxRetries: z.number().int().min(0).nullish().describe("Further tries of a mini-batch; 2 when left out."),
      timeout: z.number().min(1).nullish().describe("Seconds that one try may take; 60 when left out."),
    })
    .nullish()
    .describe("What happens to mini-batches that fail."),
  environmentVariables: environmentVariablesSchema.nullish().describe("Variables set for the entry script."),
  resources: jobResourcesSchema.nullish().describe("What the job needs to run."),
  queueSettings: queueSettingsSchema.nullish().describe("Tier and priority in the queue."),
  resumeFrom: z
    .string()
    .nullish()
    .describe("Earlier job of the same input whose mini-batches are not run again where they succeeded."),
});

export type ParallelJob = z.infer<typeof parallelJobSchema>;

/** Name of the input that is split. */
export function splitInputName(job: Pick<ParallelJob, "inputData">): string {
  return inputReference.exec(job.inputData)?.[1] ?? "";
}

/** Name of the output that rows are appended to; `undefined` when what `run()` returns is only counted. */
export function appendOutputName(job: Pick<ParallelJob, "appendRowTo">): string | undefined {
  return outputReference.exec(job.appendRowTo ?? "")?.[1];
}
