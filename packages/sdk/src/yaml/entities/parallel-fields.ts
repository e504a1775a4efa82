import { integer, text, word, type Codec } from "../codec.ts";
import { bindable } from "../adapting-codec.ts";
import { group, list, record, required, scalarOr, type Fields } from "../composite-codec.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A count of files, or `10kb` of a table's rows; sent as a number of files or bytes. */
const MINI_BATCH_SIZE: Codec = {
  expects: "a number of files, or a size as '10kb', '5mb' or '1gb'",
  read(value, place) {
    const size = String(value).trim();
    if (/^\d+([kKmMgG][bB])?$/.test(size)) return size;
    place.report(place.path, `'${place.path.join(".")}' must be ${MINI_BATCH_SIZE.expects}, not '${size}'.`);
    return undefined;
  },
  toArm(value) {
    const match = /^(\d+)([a-zA-Z]{2})?$/.exec(String(value));
    return match === null ? value : Number(match[1]) * (UNIT_BYTES[(match[2] ?? "").toLowerCase()] ?? 1);
  },
  fromArm: (value) => String(value),
};

/** ARM has the list as JSON in a text. */
const PARTITION_KEYS: Codec = {
  ...list(text()),
  toArm: (value) => (Array.isArray(value) ? pythonList(value) : value),
  fromArm(value) {
    if (typeof value !== "string") return value;
    const keys: unknown = JSON.parse(value);
    return keys;
  },
};

/** What a parallel step and a parallel component say about the mini-batches; names in ARM are the same. */
export const PARALLEL_FIELDS: Fields = {
  task: group(
    "a parallel task",
    {
      type: required(word({ run_function: "run_function", function: "function", model: "model" })),
      code: text("a folder, a file or a code asset"),
      entry_script: text("a file in the code"),
      program_arguments: text(),
      append_row_to: text("'${{outputs.x}}'"),
      model: text(),
      environment: required(scalarOr(text("an environment"), ENVIRONMENT_INLINE)),
    },
    { sameNames: true },
  ),
  input_data: text("'${{inputs.x}}'"),
  mini_batch_size: bindable(MINI_BATCH_SIZE),
  partition_keys: bindable(PARTITION_KEYS),
  logging_level: bindable(word({ DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARNING" })),
  max_concurrency_per_instance: bindable(integer({ min: 1 })),
  error_threshold: bindable(integer({ min: -1 })),
  mini_batch_error_threshold: bindable(integer({ min: -1 })),
  retry_settings: group(
    "retry settings",
    { timeout: bindable(integer({ min: 1 })), max_retries: bindable(integer({ min: 0 })) },
    { sameNames: true },
  ),
  environment_variables: record(text()),
};

/** As Python's `json.dumps` spaces it. */
function pythonList(items: readonly unknown[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
}
