import { anything, boolean, integer, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, record, required, scalarOr, unsent } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { DISTRIBUTION, RESOURCES } from "./shared-fields.ts";

const DATA_AND_VALUES = {
  uri_file: "uri_file",
  uri_folder: "uri_folder",
  mltable: "mltable",
  custom_model: "custom_model",
  mlflow_model: "mlflow_model",
  triton_model: "triton_model",
  path: "path",
  string: "string",
  number: "number",
  integer: "integer",
  boolean: "boolean",
  enum: "enum",
};

const INPUT = group("a component input", {
  type: required(word(DATA_AND_VALUES)),
  description: text(),
  default: anything(),
  optional: boolean(),
  min: anything(),
  max: anything(),
  enum: list(anything()),
  mode: text(),
});

const OUTPUT = group("a component output", {
  type: required(word(DATA_AND_VALUES)),
  description: text(),
  mode: text(),
  early_available: boolean(),
});

const COMMAND_COMPONENT = group(
  "a command component",
  {
    name: unsent(text()),
    version: unsent(text()),
    type: unsent(word({ command: "command" })),
    display_name: text(),
    description: text(),
    tags: record(text()),
    properties: record(text()),
    is_deterministic: boolean(),
    inputs: record(INPUT),
    outputs: record(OUTPUT),
    command: required(text("a command line")),
    code: text("a folder, a file or a code asset"),
    environment: required(scalarOr(text("an environment"), ENVIRONMENT_INLINE)),
    distribution: DISTRIBUTION,
    resources: RESOURCES,
    instance_count: integer({ min: 1 }),
    additional_includes: list(text()),
  },
  { root: true },
);

const LATER_TYPES = ["pipeline", "parallel", "spark", "automl", "sweep", "import", "data_transfer"];

/** The specification is the YAML itself, as JSON, in snake case: what differs is only that references are ids. */
const COMPONENT: Codec = {
  ...COMMAND_COMPONENT,
  read(value, place) {
    const type = isRecord(value)
      ? String(value["type"] ?? (isRecord(value["jobs"]) ? "pipeline" : "command"))
      : "command";
    if (!LATER_TYPES.includes(type.toLowerCase())) return COMMAND_COMPONENT.read(value, place);
    place.report(
      ["type"],
      `Components of type '${type}' come with a later release of Lazuli; this one has 'command' components.`,
    );
    return undefined;
  },
  toArm(value) {
    const { description, tags, properties, additional_includes, ...rest } = isRecord(value) ? value : {};
    const componentSpec = {
      type: "command",
      version: "1",
      is_deterministic: true,
      ...rest,
      ...defined({ description, tags }),
    };
    return { componentSpec, ...defined({ description, tags, properties }) };
  },
  fromArm(value) {
    const spec = isRecord(value) && isRecord(value["componentSpec"]) ? value["componentSpec"] : {};
    const { name, version, ...rest } = spec;
    const latest = isRecord(value) ? value["latestVersion"] : undefined;
    return { ...rest, ...(latest === undefined ? {} : { latest_version: latest }) };
  },
};

export const componentEntity = defineEntity({
  noun: "component",
  what: "a component",
  codec: COMPONENT,
  prefixedId: true,
});

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
