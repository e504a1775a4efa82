import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseFilter } from "./parse-filter.ts";
import { parseOrder } from "./parse-order.ts";
import { RUN_VOCABULARY } from "./search-grammar.ts";

function clauses(filter: string) {
  const result = parseFilter(filter, RUN_VOCABULARY);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value.map(({ entity, key, operator, value }) => [entity, key, operator, value]);
}

function problemOf(filter: string): string {
  const result = parseFilter(filter, RUN_VOCABULARY);
  assert.ok(!result.ok, `'${filter}' was taken`);
  return result.problem;
}

describe("parse filter", () => {
  it("reads clauses joined by AND in any case", () => {
    assert.deepEqual(clauses("metrics.loss < 0.5 and params.lr='1e-3' AND tags.`a b` != \"x\""), [
      ["metric", "loss", "<", 0.5],
      ["param", "lr", "=", "1e-3"],
      ["tag", "a b", "!=", "x"],
    ]);
  });

  it("takes quoted keys, with dots and slashes in them", () => {
    assert.deepEqual(clauses("metrics.\"val/acc.top 1\" >= -1e3 and tags.mlflow.user = 'ada' and `params`.`x` = ''"), [
      ["metric", "val/acc.top 1", ">=", -1000],
      ["tag", "mlflow.user", "=", "ada"],
      ["param", "x", "=", ""],
    ]);
  });

  it("knows attributes without prefix, their prefixes and their other names", () => {
    assert.deepEqual(
      clauses("status = 'RUNNING' and attr.start_time > 5 and run.run_id IN ('a','b') and `run name` = 'n'"),
      [
        ["attribute", "status", "=", "RUNNING"],
        ["attribute", "start_time", ">", 5],
        ["attribute", "run_id", "IN", ["a", "b"]],
        ["attribute", "run_name", "=", "n"],
      ],
    );
  });

  it("takes IS NULL and NOT IN", () => {
    assert.deepEqual(clauses("tags.x IS NOT NULL and params.y is null and run_id NOT IN ('z')"), [
      ["tag", "x", "IS NOT NULL", undefined],
      ["param", "y", "IS NULL", undefined],
      ["attribute", "run_id", "NOT IN", ["z"]],
    ]);
  });

  it("finds nothing in an empty filter", () => assert.deepEqual(clauses("  "), []));

  it("says what is wrong", () => {
    assert.match(problemOf("metrics.a > 'x'"), /^Expected numeric value type for metric\. Found 'x'/);
    assert.match(
      problemOf("params.a = 1"),
      /^Expected a quoted string value for parameter \(e\.g\. 'my-value'\)\. Got value 1/,
    );
    assert.match(problemOf("status = RUNNING"), /not quoted/);
    assert.match(problemOf("colour = 'red'"), /^Invalid attribute key 'colour' specified\. Valid keys are '/);
    assert.match(problemOf("things.x = 'red'"), /^Invalid entity type 'things'/);
    assert.match(problemOf("constructor = 'x'"), /^Invalid attribute key/);
    assert.match(problemOf("tags.a = 'x' OR tags.b = 'y'"), /^Invalid clause\(s\) in filter string: 'OR tags\.b/);
    assert.match(problemOf("tags.a = 'x' and"), /^Invalid clause/);
    assert.match(problemOf("metrics.a LIKE 'x'"), /^Invalid comparator 'LIKE' for metric 'a'/);
    assert.match(problemOf("tags.a > 'x'"), /^Invalid comparator '>' for tag 'a'/);
    assert.match(problemOf("run_id IN ('a' 'b')"), /^While parsing a list/);
    assert.match(problemOf("tags.a = 'open"), /^Invalid clause/);
    assert.match(problemOf("metrics.a IS NULL"), /only supported for tags and params/);
    assert.match(problemOf("datasets.size = 'x'"), /^Invalid dataset key 'size'/);
  });

  it("answers every text within a moment, one way or the other", () => {
    const piece = fc.constantFrom(
      "metrics",
      ".",
      "a",
      "'",
      '"',
      "`",
      " ",
      "=",
      "<",
      "(",
      ")",
      ",",
      "AND",
      "1",
      "-",
      "IN",
      "%",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        assert.equal(typeof parseFilter(pieces.join(""), RUN_VOCABULARY).ok, "boolean");
      }),
      { numRuns: 300 },
    );
    const started = performance.now();
    for (const text of ["a".repeat(90_000), "`".repeat(90_000), "a.".repeat(45_000), "'".repeat(90_000)]) {
      parseFilter(text, RUN_VOCABULARY);
    }
    assert.ok(performance.now() - started < 2_000);
  });
});

describe("parse order", () => {
  it("reads keys and directions, the first of a key named twice", () => {
    const result = parseOrder(["metrics.`a b` DESC", "start_time", "attributes.start_time desc"], RUN_VOCABULARY);
    assert.deepEqual(result.ok && result.value, [
      { entity: "metric", key: "a b", isAscending: false },
      { entity: "attribute", key: "start_time", isAscending: true },
    ]);
  });

  it("says which clause it cannot read", () => {
    for (const clause of ["metrics.a SIDEWAYS", "", "metrics.a DESC more", "colour"]) {
      assert.equal(parseOrder([clause], RUN_VOCABULARY).ok, false, clause);
    }
  });
});
