import type { Codec } from "./codec.ts";
import { camelCase, isRecord } from "./composite-codec.ts";

/** `${{parent.inputs.x}}` and its kind: known only when the pipeline runs. */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && /\$\{\{.*\}\}/s.test(value);
}

/** Also takes an expression in place of the value, and sends it as it is. */
export function bindable(codec: Codec): Codec {
  return {
    expects: codec.expects,
    read: (value, place) => (isExpression(value) ? value : codec.read(value, place)),
    toArm: (value) => (isExpression(value) ? value : codec.toArm(value)),
    fromArm: (value) => (isExpression(value) ? value : codec.fromArm(value)),
  };
}

/**
 * The same in ARM but with keys in snake case, as steps of pipelines are sent.
 *
 * @param free Keys whose content is the user's own, so that its keys stay.
 */
export function snakeCased(codec: Codec, free: readonly string[] = ["properties"]): Codec {
  return {
    ...codec,
    toArm: (value) => renameKeys(codec.toArm(value), { rename: snakeCase, free }),
    fromArm: (value) => codec.fromArm(renameKeys(value, { rename: camelCase, free })),
  };
}

/** A list; a single item stands for a list of one. */
export function listOrOne(list: Codec): Codec {
  return { ...list, read: (value, place) => list.read(Array.isArray(value) ? value : [value], place) };
}

/** `instanceCount` → `instance_count`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function renameKeys(value: unknown, how: { rename: (key: string) => string; free: readonly string[] }): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => renameKeys(item, how));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([key, item]) => [how.rename(key), how.free.includes(key) ? item : renameKeys(item, how)] as const,
  );
  return Object.fromEntries(entries);
}

/** Checked as the codec says, but sent and shown as it is written. */
export function asWritten(codec: Codec): Codec {
  return { ...codec, toArm: (value) => value, fromArm: (value) => value };
}
