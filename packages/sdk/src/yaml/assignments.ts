import { PlatformError } from "@lazuli/contract/errors.ts";

import { isRecord } from "./composite-codec.ts";

/** One `--set inputs.C.path=…`: where, and what. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Parses `a.b=value`; the value is JSON where it is valid JSON, else text. `--force-string` keeps it text. */
export function parseAssignment(argument: string, options: { forceString?: boolean } = {}): Assignment {
  const at = argument.indexOf("=");
  if (at <= 0) {
    throw new PlatformError("BadRequest", `'${argument}' is not an assignment; write it as 'path.to.key=value'.`);
  }
  const text = argument.slice(at + 1);
  return { path: parsePath(argument.slice(0, at)), value: options.forceString === true ? text : parseLoosely(text) };
}

/** `inputs.data[0].path` and `inputs.data.0.path` are the same place. */
export function parsePath(text: string): string[] {
  return text
    .replace(/\[(\w+)\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "");
}

export function parseLoosely(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON, so it is the text that was typed.
    return text;
  }
}

/** A copy of the value with the assignments made in their order. */
export function applyAssignments(value: unknown, assignments: readonly Assignment[]): unknown {
  return assignments.reduce((current, { path, value: item }) => setIn(current, path, item), value);
}

/** Appends to a list, or sets a key where the item is written `key=value`. */
export function addIn(value: unknown, path: readonly string[], item: unknown): unknown {
  const present = getIn(value, path);
  if (Array.isArray(present)) return setIn(value, path, [...present, item]);
  if (isRecord(item) && (present === undefined || present === null || isRecord(present))) {
    return setIn(value, path, { ...(isRecord(present) ? present : {}), ...item });
  }
  if (present === undefined || present === null) return setIn(value, path, [item]);
  throw new PlatformError("BadRequest", `'${path.join(".")}' is not a list that something can be added to.`);
}

/** Removes a key, or the item of a list at an index. */
export function removeIn(value: unknown, path: readonly string[]): unknown {
  const [last, parents] = [path.at(-1) ?? "", path.slice(0, -1)];
  const parent = getIn(value, parents);
  if (Array.isArray(parent) && Number(last) < parent.length)
    return setIn(value, parents, parent.toSpliced(Number(last), 1));
  if (isRecord(parent) && last in parent) {
    const { [last]: _, ...rest } = parent;
    return setIn(value, parents, rest);
  }
  throw new PlatformError("NotFound", `There is no '${path.join(".")}' to remove.`);
}

export function getIn(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)];
    else current = isRecord(current) ? current[step] : undefined;
  }
  return current;
}

function setIn(value: unknown, path: readonly string[], item: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return item;
  if (Array.isArray(value)) {
    if (!/^\d+$/.test(step) || Number(step) > value.length) {
      throw new PlatformError("BadRequest", `The list has no place '${step}'; it has ${value.length} items.`);
    }
    return value.toSpliced(Number(step), 1, setIn(value[Number(step)], rest, item));
  }
  return { ...(isRecord(value) ? value : {}), [step]: setIn(isRecord(value) ? value[step] : undefined, rest, item) };
}
