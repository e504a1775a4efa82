import { SEARCH_EXPRESSIONS } from "@lazuli/contract/jobs/search-expressions.ts";

import { anything, below, integer, number, type Codec, type Place } from "../codec.ts";
import { group, isRecord, list, record, required, variants } from "../composite-codec.ts";

/** A value to choose; a group of names with distributions of their own opens another level. */
const CHOICE: Codec = {
  ...anything(),
  read(value, place) {
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).map(([name, item]) => {
      const isDistribution = isRecord(item) && typeof item["type"] === "string";
      return [name, isDistribution ? DISTRIBUTION_OF_VALUES.read(item, below(place, name)) : item] as const;
    });
    return Object.fromEntries(entries);
  },
};

const SHAPE = variants("a distribution", {
  key: "type",
  arm: "type",
  cases: Object.fromEntries(
    Object.entries(SEARCH_EXPRESSIONS).map(([kind, keys]) => {
      const fields = Object.fromEntries(keys.map((key) => [key, required(parameterOf(key))]));
      return [kind, { arm: kind, codec: group(`a ${kind} distribution`, fields) }];
    }),
  ),
});

function parameterOf(key: string): Codec {
  if (key === "values") return list(CHOICE);
  return key === "upper" ? integer({ min: 1 }) : number();
}

/** One distribution as YAML groups it and ARM lists it: `{type: uniform, min_value: 0, max_value: 1}` is `["uniform", [0, 1]]`. */
export const DISTRIBUTION_OF_VALUES: Codec = {
  expects: SHAPE.expects,
  read(value, place) {
    const read = SHAPE.read(value, place);
    if (isRecord(read)) reportBounds(read, place);
    return read;
  },
  toArm(value) {
    if (!isRecord(value)) return value;
    const kind = String(value["type"]);
    return [kind, (SEARCH_EXPRESSIONS[kind] ?? []).map((key) => listValue(value[key]))];
  },
  fromArm(value) {
    if (!Array.isArray(value)) return value;
    const [kind, parameters] = [String(value[0]), Array.isArray(value[1]) ? value[1] : []];
    const keys = SEARCH_EXPRESSIONS[kind] ?? [];
    return { type: kind, ...Object.fromEntries(keys.map((key, index) => [key, showValue(parameters[index])])) };
  },
};

export const SEARCH_SPACE = record(DISTRIBUTION_OF_VALUES);

function listValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(listValue);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const isDistribution = isRecord(item) && typeof item["type"] === "string";
    return [name, isDistribution ? DISTRIBUTION_OF_VALUES.toArm(item) : item] as const;
  });
  return Object.fromEntries(entries);
}

function showValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(showValue);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const isDistribution = Array.isArray(item) && String(item[0]) in SEARCH_EXPRESSIONS && Array.isArray(item[1]);
    return [name, isDistribution ? DISTRIBUTION_OF_VALUES.fromArm(item) : item] as const;
  });
  return Object.fromEntries(entries);
}

function reportBounds(read: Record<string, unknown>, place: Place): void {
  const [low, high] = [read["min_value"], read["max_value"]];
  if (typeof low !== "number" || typeof high !== "number" || low < high) return;
  place.report(
    [...place.path, "max_value"],
    `'${[...place.path, "max_value"].join(".")}' must be more than 'min_value' (${low}), not ${high}.`,
  );
}
