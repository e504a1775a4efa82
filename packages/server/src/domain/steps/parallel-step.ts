import { plainReference, presentFields, readFields, toNumber } from "./shared-fields.ts";

/**
 * What of a parallel job's properties comes from its component's spec and its step; the step's word counts, field by
 * field. Bindings to the parent must be resolved before. What is no such field stays as it is, for the job's own schema
 * to refuse.
 */
export function parallelStepFields(spec: unknown, step: unknown): Record<string, unknown> {
  const base = readFields(spec);
  const own = readFields(step);
  const of = (name: string): unknown => own[name] ?? base[name] ?? undefined;
  const inner = (group: string, name: string): unknown =>
    readFields(own[group])[name] ?? readFields(base[group])[name] ?? undefined;
  return presentFields({
    codeId: referenceOf(inner("task", "code")),
    environmentId: referenceOf(inner("task", "environment")),
    entryScript: inner("task", "entry_script"),
    programArguments: inner("task", "program_arguments"),
    appendRowTo: inner("task", "append_row_to"),
    inputData: of("input_data"),
    miniBatchSize: sizeOf(own) ?? sizeOf(base),
    partitionKeys: keysOf(own) ?? keysOf(base),
    errorThreshold: toNumber(of("error_threshold")),
    miniBatchErrorThreshold: toNumber(of("mini_batch_error_threshold")),
    maxConcurrencyPerInstance: toNumber(of("max_concurrency_per_instance")),
    loggingLevel: upper(of("logging_level")),
    retrySettings: presentFields({
      maxRetries: toNumber(inner("retry_settings", "max_retries")),
      timeout: toNumber(inner("retry_settings", "timeout")),
    }),
  });
}

/** The SDK says 0 where nothing was said. */
function sizeOf({ mini_batch_size: size }: Record<string, unknown>): unknown {
  return size === "" || size === "0" || size === 0 ? undefined : (size ?? undefined);
}

/** The SDK sends the list as a JSON text. */
function keysOf({ partition_keys: keys }: Record<string, unknown>): unknown {
  const list = typeof keys === "string" ? parseList(keys) : keys;
  return Array.isArray(list) && list.length === 0 ? undefined : (list ?? undefined);
}

function parseList(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function upper(level: unknown): unknown {
  return typeof level === "string" ? level.toUpperCase() : level;
}

function referenceOf(value: unknown): unknown {
  return typeof value === "string" ? plainReference(value) : value;
}
