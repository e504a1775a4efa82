import { isExpression } from "../yaml/adapting-codec.ts";
import { isRecord } from "../yaml/composite-codec.ts";
import { typeOf } from "../yaml/entities/pipeline-jobs.ts";
import { YamlDocument } from "../yaml/yaml-document.ts";
import type { Value } from "./resolve-parts.ts";

/** Keys of a step that belong to the component which is made of it; the shared ones stay with the step too. */
const COMPONENT_KEYS: Readonly<Record<string, readonly string[]>> = {
  command: ["command", "code", "environment", "is_deterministic"],
  parallel: ["is_deterministic"],
  spark: ["code", "environment", "is_deterministic"],
};

const SHARED_KEYS: Readonly<Record<string, readonly string[]>> = {
  command: ["resources", "distribution", "description", "tags"],
  parallel: [
    "task",
    "mini_batch_size",
    "partition_keys",
    "input_data",
    "logging_level",
    "max_concurrency_per_instance",
    "error_threshold",
    "mini_batch_error_threshold",
    "retry_settings",
    "resources",
  ],
  spark: ["entry", "py_files", "jars", "files", "archives", "args", "conf", "description", "tags"],
};

const DEPTH_MAX = 50;

/**
 * Splits a step that says its own work into a component, which holds the work, and the step that runs it: the platform
 * only knows steps that run components, as Azure does.
 *
 * @param pipeline The pipeline around it, from which the types of bound inputs follow.
 */
export function splitInlineStep(node: Value, pipeline: Value): { component: Value; node: Value } {
  const type = typeOf(node);
  const own = COMPONENT_KEYS[type] ?? [];
  const shared = SHARED_KEYS[type] ?? [];
  const component: Record<string, unknown> = { type };
  for (const key of [...own, ...shared]) {
    // A component is the same for every pipeline, so what a pipeline's input decides is the step's alone.
    if (node[key] !== undefined && !(shared.includes(key) && isBoundAnywhere(node[key]))) component[key] = node[key];
  }
  component["inputs"] = mapRecord(node["inputs"], (input) => inputOf(input, pipeline));
  component["outputs"] = mapRecord(node["outputs"], (output) => outputOf(output, pipeline));
  const rest = Object.fromEntries(Object.entries(node).filter(([key]) => !own.includes(key)));
  return { component, node: rest };
}

function inputOf(input: unknown, pipeline: Value): Value {
  if (isRecord(input)) {
    const { path, mode } = input;
    const type = input["type"] ?? (isExpression(path) ? boundType(path, pipeline) : "uri_folder");
    return { type, ...(mode === undefined ? {} : { mode }) };
  }
  if (isExpression(input) && input.includes("parent.")) return boundPort(input, pipeline);
  return { type: literalType(input), default: input };
}

function outputOf(output: unknown, pipeline: Value): Value {
  if (isExpression(output)) return boundPort(output, pipeline);
  if (!isRecord(output)) return { type: "uri_folder" };
  const { type = "uri_folder", mode } = output;
  return { type, ...(mode === undefined ? {} : { mode }) };
}

/** Python's type of a plain value; `1.0` was kept as text so that it stays a float. */
function literalType(value: unknown): string {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "string" && /^[-+]?\d+\.0$/.test(value) ? "number" : "string";
}

/** Type and mode of the pipeline's own input or output; another step's mode is that step's business. */
function boundPort(expression: string, pipeline: Value): Value {
  const [, kind = "", name = ""] = /parent\.(inputs|outputs)\.([\w-]+)/.exec(expression) ?? [];
  const { mode } = recordOf(recordOf(pipeline[kind])[name]);
  return { type: boundType(expression, pipeline), ...(mode === undefined ? {} : { mode }) };
}

/** The type of what `${{parent.…}}` stands for, followed through the steps that it is bound to. */
function boundType(expression: string, pipeline: Value, depth = 0): string {
  const match = /parent\.(inputs|outputs|jobs)\.([\w-]+)(?:\.(inputs|outputs)\.([\w-]+))?/.exec(expression);
  if (match === null || depth > DEPTH_MAX) return "uri_folder";
  const [, kind = "", name = "", direction = "", port = ""] = match;
  if (kind !== "jobs") return typeAt(recordOf(pipeline[kind])[name], pipeline, depth);
  const node = recordOf(recordOf(pipeline["jobs"])[name]);
  const reference = node["component"] ?? node["trial"];
  const component = reference instanceof YamlDocument ? reference.value : recordOf(reference);
  const declared = recordOf(recordOf(component[direction])[port])["type"];
  if (typeof declared === "string") return declared;
  if (typeOf(node) === "automl") return "mltable";
  return typeAt(recordOf(node[direction])[port], pipeline, depth);
}

function typeAt(value: unknown, pipeline: Value, depth: number): string {
  if (isExpression(value) && value.includes("parent.")) return boundType(value, pipeline, depth + 1);
  if (!isRecord(value)) return value === undefined || value === null ? "uri_folder" : literalType(value);
  const { type, path } = value;
  if (typeof type === "string") return type;
  return isExpression(path) && path.includes("parent.") ? boundType(path, pipeline, depth + 1) : "uri_folder";
}

function isBoundAnywhere(value: unknown): boolean {
  if (typeof value === "string") return /\$\{\{\s*parent\./.test(value);
  if (Array.isArray(value)) return value.some(isBoundAnywhere);
  return isRecord(value) && Object.values(value).some(isBoundAnywhere);
}

function mapRecord(value: unknown, change: (item: unknown) => unknown): Value {
  return Object.fromEntries(Object.entries(recordOf(value)).map(([name, item]) => [name, change(item)]));
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
