import { parseIdentifier } from "./parse-filter.ts";
import { parsed, problem, type Parsed, type SearchVocabulary, type SortKey } from "./search-grammar.ts";
import { tokenize } from "./tokenize.ts";

/** Sort keys one search may name. */
export const SORT_KEYS_MAX = 20;

/** Parses `["metrics.loss DESC", "start_time"]`; ascending unless it says otherwise. A key named again is ignored. */
export function parseOrder(clauses: readonly string[], vocabulary: SearchVocabulary): Parsed<readonly SortKey[]> {
  if (clauses.length > SORT_KEYS_MAX) return problem(`A search can have at most ${SORT_KEYS_MAX} order_by clauses.`);
  const keys: SortKey[] = [];
  for (const clause of clauses) {
    const key = parseSortKey(clause, vocabulary);
    if (!key.ok) return key;
    const isKnown = keys.some((known) => known.entity === key.value.entity && known.key === key.value.key);
    if (!isKnown) keys.push(key.value);
  }
  return parsed(keys);
}

function parseSortKey(clause: string, vocabulary: SearchVocabulary): Parsed<SortKey> {
  const tokens = tokenize(clause);
  if (!tokens.ok) return problem(`Invalid order_by clause '${clause}'. Could not be parsed.`);
  const [name, direction, extra] = tokens.value;
  const word = direction?.source.toUpperCase() ?? "ASC";
  if (name === undefined || extra !== undefined) {
    return problem(`Invalid order_by clause '${clause}'. Could not be parsed.`);
  }
  if (word !== "ASC" && word !== "DESC") {
    return problem(`Invalid ordering key in order_by clause '${clause}'.`);
  }
  const identifier = parseIdentifier(name, vocabulary);
  if (!identifier.ok) return identifier;
  return parsed({ ...identifier.value, isAscending: word === "ASC" });
}
