import { PlatformError } from "@lazuli/contract/errors.ts";

export const PARAM_VALUE_CHARS_MAX = 6_000;
export const TAG_VALUE_CHARS_MAX = 8_000;
export const EXPERIMENT_TAG_VALUE_CHARS_MAX = 20_000;
export const MODEL_TAG_VALUE_CHARS_MAX = 100_000;
export const KEY_CHARS_MAX = 250;
export const EXPERIMENT_NAME_CHARS_MAX = 500;

const KEY_CHARACTERS = /^[/\p{L}\p{N}_.\- :]*$/u;
const BAD_CHARACTERS =
  "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";
const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;
const EXPERIMENT_ID = /^[a-zA-Z0-9][\w-]{0,63}$/;

/** Checks the name of a metric, param or tag, in MLflow's words. Throws `BadRequest`. */
export function checkKey(key: string, path: string, label: string): void {
  if (!KEY_CHARACTERS.test(key)) refuse(invalid(path, key, BAD_CHARACTERS), path);
  const normal = normalizePath(key);
  if (normal !== key || normal === "." || normal.startsWith("..") || normal.startsWith("/")) {
    const reason = `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`;
    refuse(invalid(path, key, reason), path);
  }
  checkLength(label, key, KEY_CHARS_MAX);
}

export function checkLength(label: string, value: string, max: number): void {
  if (value.length > max) refuse(`'${label}' exceeds the maximum length of ${max} characters`, label);
}

export function checkRunId(runId: string): void {
  if (!RUN_ID.test(runId)) refuse(`Invalid value ${JSON.stringify(runId)} for parameter 'run_id' supplied.`, "run_id");
}

export function checkExperimentId(experimentId: string): void {
  if (!EXPERIMENT_ID.test(experimentId)) refuse(`Invalid experiment ID: '${experimentId}'`, "experiment_id");
}

export function checkExperimentName(name: string): void {
  checkLength("name", name, EXPERIMENT_NAME_CHARS_MAX);
}

export function checkParam(param: { readonly key: string; readonly value: string }, path: string): void {
  checkKey(param.key, path, "Param key");
  checkLength("Param value", param.value, PARAM_VALUE_CHARS_MAX);
}

export function checkTag(tag: { readonly key: string; readonly value: string }, path: string): void {
  checkKey(tag.key, path, "key");
  checkLength("value", tag.value, TAG_VALUE_CHARS_MAX);
}

export function checkExperimentTag(tag: { readonly key: string; readonly value: string }): void {
  checkKey(tag.key, "key", "key");
  checkLength("value", tag.value, EXPERIMENT_TAG_VALUE_CHARS_MAX);
}

export function checkModelTag(tag: { readonly key: string; readonly value: string }): void {
  checkKey(tag.key, "key", "key");
  checkLength("value", tag.value, MODEL_TAG_VALUE_CHARS_MAX);
}

/** What POSIX makes of the name as a path. */
function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !path.startsWith("/")) parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/") || ".";
}

function invalid(path: string, value: string, reason: string): string {
  return `Invalid value ${JSON.stringify(value)} for parameter '${path}' supplied: ${reason}`;
}

function refuse(message: string, target: string): never {
  throw new PlatformError("BadRequest", message, { target });
}
