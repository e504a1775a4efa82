import { PlatformError } from "@lazuli/contract/errors.ts";

import { matchesComparison } from "../../../domain/tracking-search/match-comparison.ts";
import type { Comparison, SortKey } from "../../../domain/tracking-search/search-grammar.ts";

type SortValue = string | number;

export interface RegistrySearch<Item> {
  readonly filter: readonly Comparison[];
  readonly order: readonly SortKey[];
  readonly limit: number;
  readonly after: string | undefined;
  /** Order when the request names none, and the last keys of every order. */
  readonly ties: readonly SortKey[];
  valueOf(item: Item, comparison: Pick<Comparison, "entity" | "key">): SortValue | undefined;
}

/** Filters, sorts and cuts a registry's members in memory: a workspace has hundreds of models, not millions. */
export function searchMembers<Item>(items: readonly Item[], search: RegistrySearch<Item>) {
  const order = [...search.order, ...search.ties];
  const keysOf = (item: Item): readonly SortValue[] => order.map((key) => search.valueOf(item, key) ?? "");
  const compare = (one: readonly SortValue[], other: readonly SortValue[]) => compareKeys(one, other, order);
  const after = search.after === undefined ? undefined : parseToken(search.after, order.length);
  const found = items
    .filter((item) => search.filter.every((comparison) => matches(search, item, comparison)))
    .map((item) => ({ item, keys: keysOf(item) }))
    .filter(({ keys }) => after === undefined || compare(keys, after) > 0)
    .toSorted((one, other) => compare(one.keys, other.keys));
  const page = found.slice(0, search.limit);
  const last = page.at(-1);
  const next = found.length > search.limit && last !== undefined ? renderToken(last.keys) : undefined;
  return { items: page.map(({ item }) => item), next };
}

function matches<Item>(search: RegistrySearch<Item>, item: Item, comparison: Comparison): boolean {
  const actual = search.valueOf(item, comparison);
  // MLflow's own clients leave prompts out by this clause, and mean models without the tag as well.
  const isPromptClause = comparison.key === PROMPT_TAG && comparison.operator === "!=";
  return (isPromptClause && actual === undefined) || matchesComparison(comparison, actual);
}

export const PROMPT_TAG = "mlflow.prompt.is_prompt";

function compareKeys(one: readonly SortValue[], other: readonly SortValue[], order: readonly SortKey[]): number {
  for (const [index, { isAscending }] of order.entries()) {
    const [left = "", right = ""] = [one[index], other[index]];
    if (left !== right) return (left < right ? -1 : 1) * (isAscending ? 1 : -1);
  }
  return 0;
}

function renderToken(keys: readonly SortValue[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

function parseToken(token: string, length: number): readonly SortValue[] {
  const keys = tryParse(token);
  const isFit = Array.isArray(keys) && keys.length === length && keys.every(isSortValue);
  if (!isFit) {
    throw new PlatformError("BadRequest", "Invalid page token, could not be decoded for this order. Search again.", {
      target: "page_token",
    });
  }
  return keys.filter(isSortValue);
}

function tryParse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    // Not one of our tokens; the caller says so.
    return undefined;
  }
}

function isSortValue(value: unknown): value is SortValue {
  return typeof value === "string" || typeof value === "number";
}
