import { nodeInputSchema, type NodeInput } from "@lazuli/contract/jobs/pipeline-node.ts";
import { z } from "zod";

import { parseJson } from "../../base/parse-json.ts";

/** Rounds of one parallel-for; more would be a pipeline of its own. */
export const LOOP_ITEMS_MAX = 10_000;

/** Inputs of one round. */
export interface LoopItem {
  /** The item's name in a map, its number in a list. */
  readonly key: string;
  readonly inputs: Readonly<Record<string, NodeInput>>;
}

const itemSchema = z.record(z.string(), nodeInputSchema);
const itemsSchema = z.union([z.array(itemSchema), z.record(z.string(), itemSchema)]);

/** Reads the items of a parallel-for: a list or a map of objects, or JSON text of one. */
export function parseLoopItems(items: unknown): { readonly items: readonly LoopItem[] } | { readonly problem: string } {
  const parsed = itemsSchema.safeParse(typeof items === "string" ? parseJson(items) : items);
  if (!parsed.success) return { problem: "it has to be a JSON list or map of objects with inputs of the loop's body" };
  const list = Array.isArray(parsed.data)
    ? parsed.data.map((inputs, index) => ({ key: String(index), inputs }))
    : Object.entries(parsed.data).map(([key, inputs]) => ({ key, inputs }));
  if (list.length > LOOP_ITEMS_MAX) return { problem: `it has ${list.length} items; ${LOOP_ITEMS_MAX} are the most` };
  return { items: list };
}
