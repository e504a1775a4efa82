import { suggest } from "./nearest-word.ts";

/** Where a value stands while it is read, and where its problems go. */
export interface Place {
  readonly path: readonly (string | number)[];
  report(path: readonly (string | number)[], message: string, at?: "key" | "value"): void;
  /** Says what is odd but does no harm, at the key. */
  warn(path: readonly (string | number)[], message: string): void;
  /** The scalar as it was written in the file; `undefined` for values that did not come from one. */
  textAt(path: readonly (string | number)[]): string | undefined;
}

/**
 * One kind of value, declared once and used three ways: read from YAML with all its problems reported, rendered to the
 * ARM body, and turned back into YAML from the ARM answer.
 */
export interface Codec {
  /** What a reader should have written, as `a whole number`. */
  readonly expects: string;
  /** The checked YAML-shaped value; `undefined` when it is wrong, which is reported. */
  read(value: unknown, place: Place): unknown;
  toArm(value: unknown): unknown;
  fromArm(value: unknown): unknown;
}

const same = (value: unknown): unknown => value;

export function below(place: Place, step: string | number): Place {
  return { ...place, path: [...place.path, step], report: place.report, warn: place.warn, textAt: place.textAt };
}

/** `'inputs.data.mode' must be …, not …`. */
export function reportWrong(place: Place, expects: string, value: unknown): undefined {
  place.report(place.path, `'${place.path.join(".")}' must be ${expects}, not ${describeValue(value)}.`);
  return undefined;
}

/** Text. Numbers and booleans are taken as they were written, since YAML makes `1.10` a number. */
export function text(expects = "text"): Codec {
  return {
    expects,
    read(value, place) {
      if (typeof value === "string") return value;
      if (typeof value === "number" || typeof value === "boolean") return place.textAt(place.path) ?? String(value);
      return reportWrong(place, expects, value);
    },
    toArm: same,
    fromArm: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
  };
}

export function integer(limits: { min?: number; max?: number } = {}): Codec {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  const expects = `a whole number${describeLimits(min, max)}`;
  return {
    expects,
    read(value, place) {
      const number = typeof value === "string" && /^[+-]?\d+$/.test(value) ? Number(value) : value;
      if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max) return number;
      return reportWrong(place, expects, value);
    },
    toArm: same,
    fromArm: same,
  };
}

export function number(): Codec {
  return {
    expects: "a number",
    read(value, place) {
      if (typeof value === "number") return value;
      if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
      return reportWrong(place, "a number", value);
    },
    toArm: same,
    fromArm: same,
  };
}

const YES = new Set(["true", "yes", "on"]);
const NO = new Set(["false", "no", "off"]);

/** `true` and `false`; also `yes`, `no`, `on` and `off`, which were booleans in YAML 1.1. */
export function boolean(): Codec {
  return {
    expects: "true or false",
    read(value, place) {
      if (typeof value === "boolean") return value;
      if (typeof value === "string" && YES.has(value.toLowerCase())) return true;
      if (typeof value === "string" && NO.has(value.toLowerCase())) return false;
      return reportWrong(place, "true or false", value);
    },
    toArm: same,
    fromArm: same,
  };
}

/** One of some words. The keys are the words of YAML, the values those of ARM; case and `-` for `_` do not matter. */
export function word(words: Readonly<Record<string, string>>): Codec {
  const known = Object.keys(words);
  const expects = `one of ${known.join(", ")}`;
  const armToYaml = new Map(Object.entries(words).map(([yaml, arm]) => [arm.toLowerCase(), yaml]));
  const find = (value: unknown) => known.find((candidate) => plain(candidate) === plain(String(value)));
  return {
    expects,
    read(value, place) {
      const found = typeof value === "string" || typeof value === "boolean" ? find(value) : undefined;
      if (found !== undefined) return found;
      if (typeof value !== "string") return reportWrong(place, expects, value);
      const message = `'${place.path.join(".")}' cannot be '${value}'${suggest(value, known)}`;
      place.report(place.path, message);
      return undefined;
    },
    toArm: (value) => words[String(value)] ?? value,
    fromArm: (value) => armToYaml.get(String(value).toLowerCase()) ?? value,
  };
}

/** Anything: kept and sent as it is. */
export function anything(): Codec {
  return { expects: "a value", read: same, toArm: same, fromArm: same };
}

/** A time in YAML's unit that ARM writes as `PT30S`. */
export function duration(unit: "milliseconds" | "seconds" | "minutes"): Codec {
  const secondsPerUnit = { milliseconds: 0.001, seconds: 1, minutes: 60 }[unit];
  const expects = `a whole number of ${unit}`;
  return {
    expects,
    read(value, place) {
      const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
      return reportWrong(place, expects, value);
    },
    toArm: (value) => renderDuration(Number(value) * secondsPerUnit),
    fromArm(value) {
      const seconds = parseDuration(String(value));
      return seconds === undefined ? value : Math.round(seconds / secondsPerUnit);
    },
  };
}

/** ISO 8601 in its largest whole units, as `PT1M30S`. */
export function renderDuration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = Math.round((seconds % 60) * 1000) / 1000;
  const time = `${hours > 0 ? `${hours}H` : ""}${minutes > 0 ? `${minutes}M` : ""}${rest > 0 ? `${rest}S` : ""}`;
  if (days === 0 && time === "") return "PT0S";
  return `P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}

/** Seconds; `undefined` when the text is not an ISO 8601 duration of days and less. */
export function parseDuration(value: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(value);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = [1, 2, 3, 4].map((group) => Number(match[group] ?? 0));
  return (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a group of keys";
  return typeof value === "string" ? `'${value.slice(0, 60)}'` : String(value);
}

function plain(value: string): string {
  return value.replace(/[-_ ]/g, "").toLowerCase();
}

function describeLimits(min: number, max: number): string {
  if (Number.isFinite(min) && Number.isFinite(max)) return ` from ${min} to ${max}`;
  if (Number.isFinite(min)) return ` of at least ${min}`;
  return Number.isFinite(max) ? ` of at most ${max}` : "";
}
