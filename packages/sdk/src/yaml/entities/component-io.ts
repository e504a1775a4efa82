import { anything, boolean, describeValue, text, word, type Codec, type Place } from "../codec.ts";
import { group, isRecord, list, record, required, type Fields } from "../composite-codec.ts";
import { pythonFloat, pythonText } from "../python-text.ts";
import { DATA_TYPES } from "./job-io.ts";

const PARAMETER_TYPES = { string: "string", number: "number", integer: "integer", boolean: "boolean" } as const;

const TYPES = word({ ...DATA_TYPES, ...PARAMETER_TYPES, path: "path", enum: "enum" });

const MODES = Object.fromEntries(
  ["ro_mount", "rw_mount", "mount", "download", "upload", "direct", "eval_mount", "eval_download", "link"].map(
    (mode) => [mode, mode],
  ),
);

const INPUT_FIELDS: Fields = {
  type: required(TYPES),
  description: text(),
  default: anything(),
  optional: boolean(),
  min: anything(),
  max: anything(),
  enum: list(anything()),
  mode: word(MODES),
  datastore_mode: text(),
};

const INPUT_SHAPE = group("a component input", INPUT_FIELDS, { sameNames: true });

const INPUT: Codec = {
  ...INPUT_SHAPE,
  read(value, place) {
    const read = INPUT_SHAPE.read(value, place);
    if (isRecord(read)) reportWrongValues(read, place);
    return read;
  },
  toArm(value) {
    const body = INPUT_SHAPE.toArm(value);
    if (!isRecord(body)) return body;
    const { type } = body;
    const asText = (item: unknown) => textOf(item, String(type));
    const texts = ["default", "min", "max"]
      .filter((key) => body[key] !== undefined)
      .map((key) => [key, asText(body[key])] as const);
    const choices = Array.isArray(body["enum"]) ? { enum: body["enum"].map(asText) } : {};
    return { ...body, ...Object.fromEntries(texts), ...choices };
  },
};

/** Inputs of a component; Azure's clients send numbers and booleans as text. */
export const COMPONENT_INPUTS = record(INPUT);

export const COMPONENT_OUTPUTS = record(
  group(
    "a component output",
    {
      type: required(TYPES),
      description: text(),
      mode: word(MODES),
      early_available: boolean(),
      is_control: boolean(),
      path: text(),
    },
    { sameNames: true },
  ),
);

function textOf(value: unknown, type: string): string {
  if (type === "number" && value !== "" && Number.isFinite(Number(value))) return pythonFloat(Number(value));
  if (type === "boolean" && /^(true|false)$/i.test(String(value)))
    return pythonText(String(value).toLowerCase() === "true");
  return pythonText(value);
}

/** A default outside its own type or limits would fail only when somebody relies on it. */
function reportWrongValues(input: Record<string, unknown>, place: Place): void {
  const type = String(input["type"]);
  for (const key of ["default", "min", "max"]) {
    const value = input[key];
    if (value === undefined || fits(value, type)) continue;
    place.report([...place.path, key], `'${key}' must be of type '${type}', not ${describeValue(value)}.`);
  }
  const { default: preset, min, max, enum: choices } = input;
  if (preset === undefined || !fits(preset, type)) return;
  const isNumeric = type === "number" || type === "integer";
  if (isNumeric && fits(min, type) && Number(preset) < Number(min))
    place.report([...place.path, "default"], `'default' must be at least 'min' (${String(min)}).`);
  if (isNumeric && fits(max, type) && Number(preset) > Number(max))
    place.report([...place.path, "default"], `'default' must be at most 'max' (${String(max)}).`);
  if (Array.isArray(choices) && !choices.map(pythonText).includes(pythonText(preset)))
    place.report([...place.path, "default"], `'default' must be one of 'enum': ${choices.map(pythonText).join(", ")}.`);
}

function fits(value: unknown, type: string): boolean {
  if (value === undefined) return false;
  const written = String(value).trim();
  if (type === "integer") return /^[-+]?\d+(\.0*)?$/.test(written);
  if (type === "number") return written !== "" && !Number.isNaN(Number(written));
  if (type === "boolean") return /^(true|false)$/i.test(written);
  return true;
}
