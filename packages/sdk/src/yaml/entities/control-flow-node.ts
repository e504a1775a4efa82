import { isExpression, listOrOne } from "../adapting-codec.ts";
import { anything, boolean, integer, text, type Codec } from "../codec.ts";
import { group, isRecord, list, record, required, scalarOr } from "../composite-codec.ts";
import { NODE_INPUT, NODE_OUTPUTS } from "./job-io.ts";
import { LOOP_LIMITS } from "./pipeline-node.ts";

const STEP = text("'${{parent.jobs.x}}'");

const CONDITION: Codec = {
  expects: "'${{parent.jobs.x.outputs.y}}', or true or false",
  read: (value, place) => (isExpression(value) ? STEP : boolean()).read(value, place),
  toArm: (value) => value,
  fromArm: (value) => value,
};

/** One step, or several; one is sent without a list, as Azure's clients do. */
const BLOCK: Codec = {
  ...listOrOne(list(STEP)),
  toArm: (value) => (Array.isArray(value) && value.length === 1 ? value[0] : value),
};

const IF_ELSE_SHAPE = group(
  "an if-else step",
  { name: text(), condition: required(CONDITION), true_block: BLOCK, false_block: BLOCK, comment: text() },
  { sameNames: true },
);

/** Runs one of two sets of steps. */
export const IF_ELSE_NODE: Codec = {
  ...IF_ELSE_SHAPE,
  read(value, place) {
    const read = IF_ELSE_SHAPE.read(value, place);
    if (!isRecord(read)) return read;
    const [yes, no] = [stepsOf(read["true_block"]), stepsOf(read["false_block"])];
    if (yes.length + no.length === 0) {
      place.report(place.path, "An if-else step needs a 'true_block', a 'false_block' or both.");
    }
    const both = yes.filter((step) => no.includes(step));
    if (both.length > 0) place.report([...place.path, "false_block"], `${both.join(", ")} cannot be in both blocks.`);
    return read;
  },
};

/** Runs its body again while the condition holds. */
export const DO_WHILE_NODE = group(
  "a do-while step",
  {
    name: text(),
    body: required(STEP),
    condition: CONDITION,
    mapping: required(record(scalarOr(text("an input of the body"), list(text())))),
    limits: required(LOOP_LIMITS),
    comment: text(),
  },
  { sameNames: true },
);

/** Items are sent as JSON in a text; one that is known only at run time as its expression. */
const ITEMS: Codec = {
  expects: "a list, a group of names, or '${{parent.…}}'",
  read(value, place) {
    if (typeof value !== "string" || isExpression(value)) return value;
    try {
      const items: unknown = JSON.parse(value);
      return items;
    } catch {
      // What is not JSON is neither a list nor an expression.
      place.report(place.path, `'${place.path.join(".")}' must be ${ITEMS.expects}.`);
      return undefined;
    }
  },
  toArm: (value) => (typeof value === "string" ? value : JSON.stringify(mapItems(value, itemToArm))),
  fromArm(value) {
    if (typeof value !== "string" || isExpression(value)) return value;
    const items: unknown = JSON.parse(value);
    return mapItems(items, itemFromArm);
  },
};

/** Runs its body once for each item. */
export const PARALLEL_FOR_NODE = group(
  "a parallel-for step",
  {
    name: text(),
    body: required(STEP),
    items: required(ITEMS),
    max_concurrency: integer({ min: 1 }),
    outputs: NODE_OUTPUTS,
    comment: text(),
    properties: anything(),
  },
  { sameNames: true },
);

function mapItems(items: unknown, change: (item: unknown) => unknown): unknown {
  if (Array.isArray(items)) return items.map(change);
  if (!isRecord(items)) return items;
  return Object.fromEntries(Object.entries(items).map(([name, item]) => [name, change(item)]));
}

/** Data of an item is sent as an input of a step; plain values stay as they are. */
function itemToArm(item: unknown): unknown {
  return mapItems(item, (value) => (isRecord(value) ? NODE_INPUT.toArm(value) : value));
}

function itemFromArm(item: unknown): unknown {
  return mapItems(item, (value) => (isRecord(value) ? NODE_INPUT.fromArm(value) : value));
}

function stepsOf(block: unknown): unknown[] {
  return Array.isArray(block) ? block : [];
}
