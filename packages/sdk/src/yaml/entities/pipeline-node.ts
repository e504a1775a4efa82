import { bindable, snakeCased } from "../adapting-codec.ts";
import { integer, text, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, scalarOr, unsent, type Fields } from "../composite-codec.ts";
import { AUTOML_FIELDS } from "./automl-job.ts";
import { componentReference } from "./component-reference.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { COMMAND_LIMITS, QUEUE_SETTINGS, SERVICE, shortName } from "./job-fields.ts";
import { NODE_INPUTS, NODE_OUTPUTS } from "./job-io.ts";
import { PARALLEL_FIELDS } from "./parallel-fields.ts";
import { DISTRIBUTION, JOB_IDENTITY, RESOURCES } from "./shared-fields.ts";
import { SPARK_ENTRY, SPARK_FIELDS, SPARK_RESOURCES } from "./spark-fields.ts";

/** Keys of every step that runs a component; ARM has them in snake case. */
export function nodeFields(inline: () => Codec): Fields {
  return {
    name: text(),
    component: renamed("componentId", componentReference(inline)),
    display_name: text(),
    description: text(),
    tags: record(text()),
    properties: record(text()),
    experiment_name: unsent(text()),
    comment: text(),
    compute: renamed("computeId", text()),
    inputs: NODE_INPUTS,
    outputs: NODE_OUTPUTS,
  };
}

const NODE_RESOURCES = bindable(snakeCased(RESOURCES));
const NODE_IDENTITY = snakeCased(JOB_IDENTITY);
const NODE_QUEUE = snakeCased(QUEUE_SETTINGS);
const CODE = unsent(text("a folder, a file or a code asset"));
const ENVIRONMENT = unsent(scalarOr(text("an environment"), ENVIRONMENT_INLINE));

/** A command step: a component, or a command of its own. */
export function commandNode(inline: () => Codec): Codec {
  return node("a command step", {
    ...nodeFields(inline),
    command: unsent(text("a command line")),
    code: CODE,
    environment: ENVIRONMENT,
    is_deterministic: unsent(text()),
    environment_variables: bindable(record(text())),
    resources: NODE_RESOURCES,
    distribution: bindable(snakeCased(DISTRIBUTION)),
    limits: bindable(snakeCased(limitsWithBindings())),
    services: record(snakeCased(SERVICE)),
    identity: NODE_IDENTITY,
    queue_settings: NODE_QUEUE,
  });
}

export function parallelNode(inline: () => Codec): Codec {
  return node("a parallel step", {
    ...nodeFields(inline),
    ...PARALLEL_FIELDS,
    resources: NODE_RESOURCES,
    identity: NODE_IDENTITY,
    is_deterministic: unsent(text()),
  });
}

export function sparkNode(inline: () => Codec): Codec {
  return node("a Spark step", {
    ...nodeFields(inline),
    ...SPARK_FIELDS,
    entry: snakeCased(SPARK_ENTRY),
    code: CODE,
    environment: ENVIRONMENT,
    resources: bindable(snakeCased(SPARK_RESOURCES)),
    identity: NODE_IDENTITY,
    is_deterministic: unsent(text()),
  });
}

/** A step that is a pipeline itself. */
export function pipelineNode(inline: () => Codec, settings: Codec): Codec {
  return node("a pipeline step", { ...nodeFields(inline), settings });
}

/** Kept as data, like the job of that type. */
export function automlNode(inline: () => Codec): Codec {
  const { component: _, ...fields } = nodeFields(inline);
  return node("an AutoML step", {
    ...fields,
    ...AUTOML_FIELDS,
    environment_variables: record(text()),
    resources: NODE_RESOURCES,
    identity: NODE_IDENTITY,
    queue_settings: NODE_QUEUE,
  });
}

/** Steps of one kind: what they are bound to is shown by its short name. */
function node(name: string, fields: Fields): Codec {
  const shape = group(name, fields, { sameNames: true });
  return {
    ...shape,
    fromArm(value) {
      const shown = shape.fromArm(value);
      if (!isRecord(shown)) return shown;
      const { compute } = shown;
      return typeof compute === "string" ? { ...shown, compute: shortName(compute, "computes") } : shown;
    },
  };
}

/** The time may be one of the pipeline's inputs. */
function limitsWithBindings(): Codec {
  return {
    ...COMMAND_LIMITS,
    read(value, place) {
      const isBound = isRecord(value) && typeof value["timeout"] === "string" && value["timeout"].includes("${{");
      return isBound ? value : COMMAND_LIMITS.read(value, place);
    },
    toArm(value) {
      const isBound = isRecord(value) && typeof value["timeout"] === "string";
      return isBound ? { ...value, jobLimitsType: "Command" } : COMMAND_LIMITS.toArm(value);
    },
  };
}

/** How often a loop may go round. */
export const LOOP_LIMITS = group(
  "limits of a loop",
  { max_iteration_count: required(integer({ min: 1, max: 1000 })) },
  { sameNames: true },
);
