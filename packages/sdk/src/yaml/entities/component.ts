import { asWritten } from "../adapting-codec.ts";
import { anything, boolean, integer, text, type Codec } from "../codec.ts";
import { group, isRecord, list, record, required, scalarOr, unsent, type Fields } from "../composite-codec.ts";
import { suggest } from "../nearest-word.ts";
import { AUTOML_FIELDS } from "./automl-job.ts";
import { COMPONENT_INPUTS, COMPONENT_OUTPUTS } from "./component-io.ts";
import { defineEntity } from "./entity.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { PARALLEL_FIELDS } from "./parallel-fields.ts";
import { pipelineJobs, typeOf } from "./pipeline-jobs.ts";
import { PIPELINE_SETTINGS } from "./pipeline-settings.ts";
import { DISTRIBUTION, RESOURCES } from "./shared-fields.ts";
import { SPARK_FIELDS } from "./spark-fields.ts";

const CODE = prefixed(text("a folder, a file or a code asset"));
const ENVIRONMENT = prefixed(scalarOr(text("an environment"), ENVIRONMENT_INLINE));

const COMPONENT_FIELDS: Fields = {
  name: text(),
  version: text(),
  display_name: text(),
  description: text(),
  tags: record(text()),
  properties: unsent(record(anything())),
  is_deterministic: boolean(),
  inputs: COMPONENT_INPUTS,
  outputs: COMPONENT_OUTPUTS,
  latest_version: unsent(text()),
};

/** Steps of pipelines, which may hold components themselves. */
export const PIPELINE_JOBS = pipelineJobs((type) => componentCodec(type) ?? COMMAND_COMPONENT);

const COMMAND_COMPONENT = kind("a command component", {
  command: required(text("a command line")),
  code: CODE,
  environment: required(ENVIRONMENT),
  distribution: asWritten(DISTRIBUTION),
  resources: asWritten(RESOURCES),
  instance_count: integer({ min: 1 }),
  additional_includes: list(text()),
  environment_variables: record(text()),
});

const KINDS: Readonly<Record<string, Codec>> = {
  command: COMMAND_COMPONENT,
  pipeline: kind("a pipeline component", {
    jobs: required(PIPELINE_JOBS),
    settings: PIPELINE_SETTINGS,
    source_job: text("a job"),
  }),
  parallel: kind("a parallel component", { ...parallelSpec(), resources: asWritten(RESOURCES) }),
  spark: kind("a Spark component", {
    ...SPARK_FIELDS,
    entry: asWritten(specOf(SPARK_FIELDS["entry"])),
    code: CODE,
    environment: ENVIRONMENT,
    additional_includes: list(text()),
  }),
  automl: kind("an AutoML component", AUTOML_FIELDS),
  import: kind("an import component", { source: required(anything()), output: required(anything()) }),
  data_transfer: kind("a data-transfer component", {
    task: required(text()),
    data_copy_mode: text(),
    source: anything(),
    sink: anything(),
  }),
};

/** The codec of components of a type; `undefined` when there is no such type. */
export function componentCodec(type: string): Codec | undefined {
  return KINDS[type];
}

function kind(name: string, fields: Fields): Codec {
  return group(name, { ...COMPONENT_FIELDS, ...fields }, { root: true, sameNames: true });
}

/** In a component sizes are texts, where a step has numbers. */
function parallelSpec(): Fields {
  const size = specOf(PARALLEL_FIELDS["mini_batch_size"]);
  const asText: Codec = { ...size, toArm: (value) => String(size.toArm(value)) };
  const task = specOf(PARALLEL_FIELDS["task"]);
  const withPrefixes: Codec = {
    ...task,
    toArm(value) {
      const body = task.toArm(value);
      return isRecord(body) ? { ...body, ...prefixedParts(body) } : body;
    },
  };
  return { ...PARALLEL_FIELDS, mini_batch_size: asText, task: withPrefixes };
}

function prefixedParts(body: Record<string, unknown>): Record<string, unknown> {
  const parts = ["code", "environment"].filter((key) => body[key] !== undefined);
  return Object.fromEntries(parts.map((key) => [key, withPrefix(body[key])]));
}

function specOf(field: Fields[string] | undefined): Codec {
  if (field === undefined) return anything();
  return "codec" in field ? field.codec : field;
}

/** Ids in a specification begin with `azureml:`, as Azure's clients write them. */
function prefixed(codec: Codec): Codec {
  return { ...codec, toArm: withPrefix };
}

function withPrefix(value: unknown): unknown {
  return typeof value === "string" && value.startsWith("/") ? `azureml:${value}` : value;
}

/** The specification is the YAML itself, as JSON, in snake case: what differs is only that references are ids. */
const COMPONENT: Codec = {
  expects: "a component",
  read(value, place) {
    const type = typeOf(value);
    const codec = componentCodec(type);
    if (isRecord(value) && (Array.isArray(value["nodes"]) || typeof value["flow"] === "string")) {
      place.report(place.path, "This is a prompt flow, which runs on Azure's own services; Lazuli has none.");
      return undefined;
    }
    if (codec === undefined) {
      const message = `'type' of a component cannot be '${type}'${suggest(type, Object.keys(KINDS))}`;
      place.report([...place.path, "type"], message);
      return undefined;
    }
    if (!isRecord(value)) return codec.read(value, place);
    const { type: _, ...rest } = value;
    const read = codec.read(rest, place);
    return isRecord(read) ? { ...read, type } : undefined;
  },
  toArm(value) {
    if (!isRecord(value)) return value;
    const { description, tags, properties } = value;
    const type = typeOf(value);
    const spec = componentCodec(type)?.toArm(value);
    const isDeterministic = type === "pipeline" ? {} : { is_deterministic: true };
    const componentSpec = { ...isDeterministic, ...(isRecord(spec) ? spec : {}), type };
    return { componentSpec, ...defined({ description, tags, properties }) };
  },
  fromArm(value) {
    const spec = isRecord(value) && isRecord(value["componentSpec"]) ? value["componentSpec"] : {};
    const { name: _, version: __, ...rest } = spec;
    const type = typeOf(rest);
    const shown = componentCodec(type)?.fromArm(rest) ?? rest;
    const latest = isRecord(value) ? value["latestVersion"] : undefined;
    return { ...(isRecord(shown) ? shown : rest), type, ...defined({ latest_version: latest }) };
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
