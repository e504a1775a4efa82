import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import fc from "fast-check";

import { diffLines } from "./diff-lines.ts";
import { unifiedDiff } from "./unified-diff.ts";

const NAMES = { before: "a.py", after: "a.py" };
const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 14 });

describe("diff lines", () => {
  it("gives back both texts, and removes no line that it adds again at the same place", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        const pick = (kind: string) => diff.filter((line) => line.kind !== kind).map(({ text }) => text);
        assert.deepEqual(pick("added"), before);
        assert.deepEqual(pick("removed"), after);
        assert.equal(diff.filter(({ kind }) => kind === "same").length, longestCommon(before, after));
      }),
    );
  });
});

describe("unified diff", () => {
  it("writes what `diff -u` writes", () => {
    const before = ["import x", "", "a = 1", "b = 2", "c", "d", "e", "f", "g", "h", "i", "j", ""].join("\n");
    const after = ["import x", "", "a = 2", "b = 2", "c", "d", "e", "f", "g", "h", "i", "k", "j", "l", ""].join("\n");
    assert.equal(
      unifiedDiff(NAMES, before, after),
      [
        "--- a.py",
        "+++ a.py",
        "@@ -1,6 +1,6 @@",
        " import x",
        " ",
        "-a = 1",
        "+a = 2",
        " b = 2",
        " c",
        " d",
        "@@ -9,4 +9,6 @@",
        " g",
        " h",
        " i",
        "+k",
        " j",
        "+l",
        "",
      ].join("\n"),
    );
  });

  it("is empty for equal texts", () => {
    assert.equal(unifiedDiff(NAMES, "a\n", "a\n"), "");
  });

  it("is applied by patch", { skip: !existsSync("/usr/bin/patch") }, () => {
    const folder = mkdtempSync(join(tmpdir(), "lazuli-diff-"));
    const text = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }).map((all) => all.join("\n"));
    try {
      fc.assert(
        fc.property(text, text, fc.boolean(), (one, other, ends) => {
          const [before, after] = [`${one}\n`, ends ? `${other}\n` : other];
          const file = join(folder, "a.py");
          writeFileSync(file, before);
          const patch = unifiedDiff(NAMES, before, after);
          if (patch === "") return;
          const patched = execFileSync("patch", ["-s", "-o", "-", file], { input: patch, encoding: "utf8" });
          assert.equal(patched, after);
        }),
        { numRuns: 25 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function longestCommon(before: readonly string[], after: readonly string[]): number {
  let row = Array.from({ length: after.length + 1 }, () => 0);
  for (const line of before) {
    const next = [0];
    for (const [index, other] of after.entries()) {
      next.push(line === other ? (row[index] ?? 0) + 1 : Math.max(next[index] ?? 0, row[index + 1] ?? 0));
    }
    row = next;
  }
  return row[after.length] ?? 0;
}
