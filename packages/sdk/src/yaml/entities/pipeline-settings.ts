import { boolean, text, type Codec } from "../codec.ts";
import { group, isRecord, type Fields } from "../composite-codec.ts";
import { suggest } from "../nearest-word.ts";
import { shortName } from "./job-fields.ts";

const FIELDS: Fields = {
  default_compute: text("a compute"),
  default_datastore: text("a datastore"),
  continue_on_step_failure: boolean(),
  continue_run_on_failed_optional_input: boolean(),
  force_rerun: boolean(),
  on_init: text("a step"),
  on_finalize: text("a step"),
};

const KNOWN = group("settings of a pipeline", FIELDS, { sameNames: true });

/**
 * Settings of a pipeline; names in ARM are the same. Azure overlooks settings that it does not know, and files rely on
 * it, so these are kept with a warning.
 */
export const PIPELINE_SETTINGS: Codec = {
  ...KNOWN,
  read(value, place) {
    if (!isRecord(value)) return KNOWN.read(value, place);
    const others = Object.entries(value).filter(([key]) => !(key in FIELDS));
    for (const [key] of others) {
      const hint = suggest(key, Object.keys(FIELDS));
      place.warn([...place.path, key], `'${key}' is not a setting of a pipeline and has no effect${hint}`);
    }
    const known = Object.fromEntries(Object.entries(value).filter(([key]) => key in FIELDS));
    const read = KNOWN.read(known, place);
    return isRecord(read) ? { ...Object.fromEntries(others), ...read } : undefined;
  },
  toArm: (value) => ({ ...othersOf(value), ...recordOf(KNOWN.toArm(value)) }),
  fromArm(value) {
    const shown = { ...othersOf(value), ...recordOf(KNOWN.fromArm(value)) };
    const { _source: _, default_compute: compute, default_datastore: datastore, ...rest } = shown;
    return {
      ...rest,
      ...(typeof compute === "string" ? { default_compute: shortName(compute, "computes") } : {}),
      ...(typeof datastore === "string" ? { default_datastore: shortName(datastore, "datastores") } : {}),
    };
  },
};

function othersOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(recordOf(value)).filter(([key]) => !(key in FIELDS)));
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
