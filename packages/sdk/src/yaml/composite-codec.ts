import { below, describeValue, reportWrong, type Codec, type Place } from "./codec.ts";
import { suggest } from "./nearest-word.ts";

export type Fields = Readonly<Record<string, Codec | Field>>;

export interface Field {
  readonly codec: Codec;
  readonly required: boolean;
  /**
   * Name in the ARM body, with dots for a place further down; empty for the key's own in camel case, `undefined` when
   * the key is not sent.
   */
  readonly arm: string | undefined;
  /** Shown by the platform and overlooked when it is written. */
  readonly shown?: boolean;
}

/** Keys that `show` prints and `create` overlooks, so that what was shown can be edited and created again. */
const IGNORED_KEYS = new Set(["$schema"]);
const SHOWN_KEYS = new Set(["id", "creation_context", "resourceGroup", "provisioning_state"]);

export function required(codec: Codec | Field): Field {
  return "codec" in codec ? { ...codec, required: true } : { codec, required: true, arm: "" };
}

/** A key with another name in ARM than its own in camel case. */
export function renamed(arm: string, codec: Codec): Field {
  return { codec, required: false, arm };
}

/** A key that only the platform sets: printed by `show`, overlooked in files. */
export function shown(arm: string, codec: Codec): Field {
  return { codec, required: false, arm, shown: true };
}

/** A key that the client uses and does not send as it is. */
export function unsent(codec: Codec): Field {
  return { codec, required: false, arm: undefined };
}

/**
 * Keys and nothing but these keys.
 *
 * @param name What it is, for messages, as `a command job`.
 * @param options `root`: the whole of a file; `sameNames`: keys have the same names in ARM, not camel case.
 */
export function group(name: string, fields: Fields, options: { root?: boolean; sameNames?: boolean } = {}): Codec {
  const nameInArm = options.sameNames === true ? (key: string) => key : camelCase;
  const entries = Object.entries(fields).map(([key, field]) => ({ key, ...asField(field, nameInArm(key)) }));
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const writable = entries.filter((entry) => entry.shown !== true).map((entry) => entry.key);
  const expects = `keys of ${name}`;
  return {
    expects,
    read(value, place) {
      if (!isRecord(value)) return reportWrong(place, `${name} with its keys`, value);
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        const entry = byKey.get(key);
        if (entry === undefined) {
          if (IGNORED_KEYS.has(key) || (options.root === true && SHOWN_KEYS.has(key))) continue;
          const message = `'${key}' is not a key of ${name}${suggest(key, writable)}`;
          place.report([...place.path, key], message, "key");
        } else if (item !== null && item !== undefined && entry.shown !== true) {
          const read = entry.codec.read(item, below(place, key));
          if (read !== undefined) result[key] = read;
        }
      }
      reportMissing(entries, value, { name, place });
      return result;
    },
    toArm(value) {
      const result: Record<string, unknown> = {};
      if (!isRecord(value)) return result;
      for (const { key, arm, codec } of entries) {
        const item = value[key];
        if (arm !== undefined && item !== undefined) setAt(result, arm.split("."), codec.toArm(item));
      }
      return result;
    },
    fromArm(value) {
      const result: Record<string, unknown> = {};
      if (!isRecord(value)) return result;
      for (const { key, arm, codec } of entries) {
        const item = arm === undefined ? undefined : getAt(value, arm.split("."));
        if (item !== undefined && item !== null) result[key] = codec.fromArm(item);
      }
      return result;
    },
  };
}

/** Any keys, each with the same kind of value. */
export function record(item: Codec): Codec {
  return {
    expects: `keys, each with ${item.expects}`,
    read(value, place) {
      if (!isRecord(value)) return reportWrong(place, `keys, each with ${item.expects}`, value);
      const result: Record<string, unknown> = {};
      for (const [key, entry] of Object.entries(value)) {
        const read = entry === null ? undefined : item.read(entry, below(place, key));
        if (read !== undefined) result[key] = read;
      }
      return result;
    },
    toArm: (value) => mapRecord(value, item.toArm),
    fromArm: (value) => mapRecord(value, item.fromArm),
  };
}

export function list(item: Codec): Codec {
  return {
    expects: `a list, each ${item.expects}`,
    read(value, place) {
      if (!Array.isArray(value)) return reportWrong(place, "a list", value);
      return value.map((entry: unknown, index) => item.read(entry, below(place, index)));
    },
    toArm: (value) => (Array.isArray(value) ? value.map(item.toArm) : value),
    fromArm: (value) => (Array.isArray(value) ? value.map(item.fromArm) : value),
  };
}

/** A single value, or a group of keys. */
export function scalarOr(scalar: Codec, other: Codec): Codec {
  const pick = (value: unknown) => (isRecord(value) || Array.isArray(value) ? other : scalar);
  return {
    expects: `${scalar.expects}, or ${other.expects}`,
    read: (value, place) => pick(value).read(value, place),
    toArm: (value) => pick(value).toArm(value),
    fromArm: (value) => pick(value).fromArm(value),
  };
}

export interface Variants {
  /** The key that tells them apart, and its name in ARM. */
  readonly key: string;
  readonly arm: string;
  readonly fallback?: string;
  /** By the word in YAML; `arm` is the word in ARM. */
  readonly cases: Readonly<Record<string, { readonly arm: string; readonly codec: Codec }>>;
}

/** Groups that differ by one word, as `type: pytorch`. The word is sent under its ARM name. */
export function variants(name: string, { key, arm, fallback, cases }: Variants): Codec {
  const known = Object.keys(cases);
  const pick = (value: unknown) => {
    const typed = isRecord(value) ? (value[key] ?? fallback) : undefined;
    const found = known.find((candidate) => candidate === String(typed).toLowerCase());
    return found === undefined ? undefined : { word: found, found: cases[found] };
  };
  return {
    expects: name,
    read(value, place) {
      if (!isRecord(value)) return reportWrong(place, `${name} with its keys`, value);
      const picked = pick(value);
      if (picked?.found === undefined) {
        const typed = value[key];
        if (typed === undefined)
          place.report(place.path, `'${key}' is missing from ${name}; it is one of ${known.join(", ")}.`);
        else if (typeof typed !== "string") reportWrong(below(place, key), `one of ${known.join(", ")}`, typed);
        else
          place.report(
            [...place.path, key],
            `'${key}' of ${name} cannot be ${describeValue(typed)}${suggest(typed, known)}`,
          );
        return undefined;
      }
      const { [key]: _, ...rest } = value;
      const read = picked.found.codec.read(rest, place);
      return isRecord(read) ? { [key]: picked.word, ...read } : undefined;
    },
    toArm(value) {
      const picked = pick(value);
      const body = picked?.found?.codec.toArm(value);
      return isRecord(body) ? { [arm]: picked?.found?.arm, ...body } : value;
    },
    fromArm(value) {
      if (!isRecord(value)) return value;
      const typed = String(value[arm] ?? "").toLowerCase();
      const found = Object.entries(cases).find(([, candidate]) => candidate.arm.toLowerCase() === typed);
      if (found === undefined) return value;
      const body = found[1].codec.fromArm(value);
      return isRecord(body) ? { ...body, [key]: found[0] } : value;
    },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function getAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  return isRecord(value) ? getAt(value[step], rest) : undefined;
}

function setAt(target: Record<string, unknown>, [step = "", ...rest]: readonly string[], value: unknown): void {
  const inner = target[step];
  if (rest.length === 0) target[step] = isRecord(inner) && isRecord(value) ? { ...inner, ...value } : value;
  else {
    const next = isRecord(inner) ? inner : {};
    target[step] = next;
    setAt(next, rest, value);
  }
}

/** `idle_time_before_scale_down` → `idleTimeBeforeScaleDown`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function asField(field: Codec | Field, arm: string): Field {
  if ("codec" in field) return field.arm === "" ? { ...field, arm } : field;
  return { codec: field, required: false, arm };
}

function mapRecord(value: unknown, change: (item: unknown) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

function reportMissing(
  entries: readonly { key: string; required: boolean }[],
  value: Record<string, unknown>,
  { name, place }: { name: string; place: Place },
): void {
  const missing = entries.filter((entry) => entry.required && (value[entry.key] ?? undefined) === undefined);
  for (const { key } of missing) place.report(place.path, `'${key}' is missing from ${name}.`);
}
