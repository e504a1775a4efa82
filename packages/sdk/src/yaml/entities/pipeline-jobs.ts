import { anything, below, integer, word, type Codec, type Place } from "../codec.ts";
import { asWritten, snakeCased } from "../adapting-codec.ts";
import { group, isRecord, renamed, required, type Fields } from "../composite-codec.ts";
import { suggest } from "../nearest-word.ts";
import { componentReference } from "./component-reference.ts";
import { PIPELINE_SETTINGS } from "./pipeline-settings.ts";
import { DO_WHILE_NODE, IF_ELSE_NODE, PARALLEL_FOR_NODE } from "./control-flow-node.ts";
import { QUEUE_SETTINGS } from "./job-fields.ts";
import { automlNode, commandNode, nodeFields, parallelNode, pipelineNode, sparkNode } from "./pipeline-node.ts";
import { SEARCH_SPACE } from "./search-space.ts";
import { JOB_IDENTITY, RESOURCES } from "./shared-fields.ts";
import { EARLY_TERMINATION, OBJECTIVE, SAMPLING_ALGORITHM } from "./sweep-fields.ts";

/** The codec of components of a type, for those written in place. */
export type ComponentCodecs = (type: string) => Codec;

const NAME = /^[a-z_][a-z0-9_]*$/;

/** Steps of a pipeline by name: each of its own type, `command` when it names none. */
export function pipelineJobs(componentCodecs: ComponentCodecs): Codec {
  const nodes = nodeCodecs(componentCodecs);
  const known = Object.keys(nodes);
  const codecOf = (value: unknown) => nodes[typeOf(value)];
  return {
    expects: "steps by name",
    read(value, place) {
      if (!isRecord(value)) {
        place.report(place.path, "'jobs' must be steps by name, each with its keys.");
        return undefined;
      }
      const entries = Object.entries(value).map(([name, item]) => {
        const at = below(place, name);
        reportName(name, at);
        return [name, readNode(item, { place: at, codec: codecOf(item), known })] as const;
      });
      return Object.fromEntries(entries.filter(([, node]) => node !== undefined));
    },
    toArm: (value) =>
      mapNodes(value, (node, name) => {
        const body = codecOf(node)?.toArm(node);
        return { _source: "YAML.JOB", ...(isRecord(body) ? body : {}), name, type: typeOf(node) };
      }),
    fromArm: (value) =>
      mapNodes(value, (node) => {
        const shown = codecOf(node)?.fromArm(node);
        if (!isRecord(shown)) return node;
        const { name: _, ...rest } = shown;
        return { type: typeOf(node), ...rest };
      }),
  };
}

function readNode(value: unknown, step: { place: Place; codec: Codec | undefined; known: readonly string[] }): unknown {
  const { place, codec, known } = step;
  if (codec === undefined) {
    const type = typeOf(value);
    place.report([...place.path, "type"], `'type' of a step cannot be '${type}'${suggest(type, known)}`);
    return undefined;
  }
  if (!isRecord(value)) {
    place.report(place.path, `'${place.path.join(".")}' must be a step with its keys.`);
    return undefined;
  }
  const { type: _, ...rest } = value;
  const read = codec.read(rest, place);
  reportEmpty(value, place);
  return isRecord(read) ? { type: typeOf(value), ...read } : undefined;
}

/** What a step without a component must say itself. */
const OWN_WORK: Readonly<Record<string, readonly string[]>> = {
  command: ["command", "environment"],
  parallel: ["task"],
  spark: ["entry"],
  pipeline: [],
};

function reportEmpty(value: Record<string, unknown>, place: Place): void {
  const own = OWN_WORK[typeOf(value)];
  if (own === undefined || hasKey(value, "component")) return;
  const step = String(place.path.at(-1));
  const [first] = own;
  if (first === undefined) place.report(place.path, `Step '${step}' has no 'component'.`);
  else if (!hasKey(value, first)) {
    place.report(
      place.path,
      `Step '${step}' has neither a 'component' nor ${/^[aeiou]/.test(first) ? "an" : "a"} '${first}'.`,
    );
  } else {
    const missing = own.filter((key) => !hasKey(value, key));
    for (const key of missing) place.report(place.path, `'${key}' is missing from step '${step}'.`);
  }
}

function hasKey(value: Record<string, unknown>, key: string): boolean {
  return value[key] !== undefined && value[key] !== null;
}

/** What a step is: what it says, or what its keys say. */
export function typeOf(value: unknown): string {
  if (!isRecord(value)) return "command";
  const { type } = value;
  if (typeof type === "string") return type.toLowerCase();
  return isRecord(value["jobs"]) ? "pipeline" : "command";
}

function nodeCodecs(componentCodecs: ComponentCodecs): Readonly<Record<string, Codec>> {
  const inline = (type: string) => () => componentCodecs(type);
  return {
    command: commandNode(inline("command")),
    sweep: sweepNode(inline("command")),
    parallel: parallelNode(inline("parallel")),
    spark: sparkNode(inline("spark")),
    pipeline: pipelineNode(inline("pipeline"), PIPELINE_SETTINGS),
    automl: automlNode(inline("automl")),
    import: dataNode("an import step", inline("import"), { source: anything(), output: anything() }),
    data_transfer: dataNode("a data-transfer step", inline("data_transfer"), {
      task: required(word({ copy_data: "copy_data", import_data: "import_data", export_data: "export_data" })),
      data_copy_mode: word({ merge_with_overwrite: "merge_with_overwrite", fail_if_conflict: "fail_if_conflict" }),
      source: anything(),
      sink: anything(),
    }),
    if_else: IF_ELSE_NODE,
    do_while: DO_WHILE_NODE,
    parallel_for: PARALLEL_FOR_NODE,
  };
}

function sweepNode(inline: () => Codec): Codec {
  const { component: _, ...fields } = nodeFields(inline);
  return group(
    "a sweep step",
    {
      ...fields,
      trial: required(renamed("trial.componentId", componentReference(inline))),
      search_space: asWritten(SEARCH_SPACE),
      sampling_algorithm: asWritten(SAMPLING_ALGORITHM),
      objective: required(asWritten(OBJECTIVE)),
      early_termination: snakeCased(EARLY_TERMINATION),
      limits: required(SWEEP_STEP_LIMITS),
      resources: snakeCased(RESOURCES),
      queue_settings: snakeCased(QUEUE_SETTINGS),
      identity: snakeCased(JOB_IDENTITY),
    },
    { sameNames: true },
  );
}

/** In a step the times are seconds, also in ARM. */
const SWEEP_STEP_LIMITS = group(
  "limits",
  {
    max_total_trials: required(integer({ min: 1 })),
    max_concurrent_trials: integer({ min: 1 }),
    timeout: integer({ min: 0 }),
    trial_timeout: integer({ min: 0 }),
  },
  { sameNames: true },
);

function dataNode(name: string, inline: () => Codec, fields: Fields): Codec {
  return group(name, { ...nodeFields(inline), ...fields }, { sameNames: true });
}

function reportName(name: string, place: Place): void {
  if (NAME.test(name)) return;
  const rule = "lower-case letters, digits and '_', and does not begin with a digit";
  place.report(place.path, `'${name}' cannot be the name of a step; a name has ${rule}.`, "key");
}

function mapNodes(value: unknown, change: (node: Record<string, unknown>, name: string) => unknown): unknown {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, node]) => [name, isRecord(node) ? change(node, name) : node]);
  return Object.fromEntries(entries);
}
