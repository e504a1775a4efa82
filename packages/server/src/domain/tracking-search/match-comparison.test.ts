import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { matchesComparison } from "./match-comparison.ts";
import type { ComparisonOperator } from "./search-grammar.ts";

function matches(
  actual: string | number | undefined,
  operator: ComparisonOperator,
  value?: string | number | readonly string[],
) {
  return matchesComparison({ entity: "attribute", key: "k", operator, value }, actual);
}

describe("match comparison", () => {
  it("compares numbers and texts", () => {
    assert.ok(matches(2, ">", 1) && matches(1, "<=", 1) && !matches(1, "<", 1));
    assert.ok(matches("a", "=", "a") && matches("a", "!=", "b") && !matches("a", "!=", "a"));
    assert.ok(matches("a", "IN", ["a", "b"]) && matches("c", "NOT IN", ["a", "b"]));
  });

  it("reads % as any text and _ as any character, minding case only for LIKE", () => {
    assert.ok(matches("champion", "LIKE", "ch%on") && matches("champion", "LIKE", "_hampion"));
    assert.ok(!matches("Champion", "LIKE", "ch%") && matches("Champion", "ILIKE", "CH%"));
    assert.ok(matches("a.b*c", "LIKE", "a.b*c") && !matches("axbxc", "LIKE", "a.b*c"));
    assert.ok(matches("aXbXc", "LIKE", "%X%c%") && !matches("abc", "LIKE", "%X%"));
  });

  it("takes a missing value for no match, but for IS NULL", () => {
    assert.ok(matches(undefined, "IS NULL") && !matches(undefined, "IS NOT NULL") && matches("x", "IS NOT NULL"));
    assert.ok(!matches(undefined, "!=", "x") && !matches(undefined, "NOT IN", ["x"]));
  });

  it("does not slow down on patterns of many wildcards", () => {
    const started = performance.now();
    assert.ok(!matches("a".repeat(5_000), "LIKE", `${"%a".repeat(500)}b`));
    assert.ok(performance.now() - started < 1_000);
  });
});
