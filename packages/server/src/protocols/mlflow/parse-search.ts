import { PlatformError } from "@lazuli/contract/errors.ts";

import { parseFilter } from "../../domain/tracking-search/parse-filter.ts";
import { parseOrder } from "../../domain/tracking-search/parse-order.ts";
import type { Comparison, Parsed, SearchVocabulary, SortKey } from "../../domain/tracking-search/search-grammar.ts";

/** Throws `BadRequest` in MLflow's words. */
export function readFilter(filter: string, vocabulary: SearchVocabulary): readonly Comparison[] {
  return unwrap(parseFilter(filter, vocabulary), "filter");
}

export function readOrder(clauses: readonly string[], vocabulary: SearchVocabulary): readonly SortKey[] {
  return unwrap(parseOrder(clauses, vocabulary), "order_by");
}

function unwrap<Value>(result: Parsed<Value>, target: string): Value {
  if (result.ok) return result.value;
  throw new PlatformError("BadRequest", result.problem, { target });
}
