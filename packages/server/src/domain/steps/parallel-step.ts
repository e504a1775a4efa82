import { z } from "zod";

const number = z
  .union([z.number(), z.string().regex(/^-?\d+$/)])
  .nullish()
  .transform((value) => (value == null ? undefined : Number(value)));
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** Parts of a parallel component and of a parallel step, which say the same things under the same names. */
const parallelPartsSchema = z.looseObject({
  task: z
    .looseObject({
      code: text,
      environment: text,
      entry_script: text,
      program_arguments: text,
      append_row_to: text,
    })
    .nullish(),
  input_data: text,
  mini_batch_size: z.union([z.number(), z.string()]).nullish(),
  /** The SDK sends the list as a JSON text. */
  partition_keys: z.union([z.array(z.string()), z.string()]).nullish(),
  error_threshold: number,
  mini_batch_error_threshold: number,
  max_concurrency_per_instance: number,
  logging_level: text,
  retry_settings: z.looseObject({ max_retries: number, timeout: number }).nullish(),
});

type ParallelParts = z.infer<typeof parallelPartsSchema>;

/**
 * What of a parallel job's properties comes from its component's spec and its step; the step's word counts, field by
 * field. Bindings to the parent must be resolved before. Throws `ZodError` for fields that are no such thing.
 */
export function parallelStepFields(spec: unknown, step: unknown): Record<string, unknown> {
  const base = parallelPartsSchema.parse(spec);
  const own = parallelPartsSchema.parse(step);
  const task = (name: "code" | "environment" | "entry_script" | "program_arguments" | "append_row_to") =>
    own.task?.[name] ?? base.task?.[name];
  const retry = (name: "max_retries" | "timeout") => own.retry_settings?.[name] ?? base.retry_settings?.[name];
  return present({
    codeId: plainReference(task("code")),
    environmentId: plainReference(task("environment")),
    entryScript: task("entry_script"),
    programArguments: task("program_arguments"),
    appendRowTo: task("append_row_to"),
    inputData: own.input_data ?? base.input_data,
    miniBatchSize: sizeOf(own) ?? sizeOf(base),
    partitionKeys: keysOf(own) ?? keysOf(base),
    errorThreshold: own.error_threshold ?? base.error_threshold,
    miniBatchErrorThreshold: own.mini_batch_error_threshold ?? base.mini_batch_error_threshold,
    maxConcurrencyPerInstance: own.max_concurrency_per_instance ?? base.max_concurrency_per_instance,
    loggingLevel: (own.logging_level ?? base.logging_level)?.toUpperCase(),
    retrySettings: present({ maxRetries: retry("max_retries"), timeout: retry("timeout") }),
  });
}

/** The SDK says 0 where nothing was said. */
function sizeOf({ mini_batch_size: size }: ParallelParts): number | string | undefined {
  return size == null || size === "" || Number(size) === 0 ? undefined : size;
}

function keysOf({ partition_keys: keys }: ParallelParts): readonly string[] | undefined {
  if (keys == null || keys.length === 0) return undefined;
  return typeof keys === "string" ? z.array(z.string()).parse(JSON.parse(keys)) : keys;
}

/** `azureml:/subscriptions/…` is an ARM id behind a prefix. */
function plainReference(reference: string | undefined): string | undefined {
  return reference?.replace(/^azureml:(?=\/)(?!\/\/)/, "");
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
