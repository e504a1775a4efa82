import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { TEST_GROUPS } from "../../packages/cli/src/testing/test-groups.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("test groups", () => {
  it("run every test file there is, once", () => {
    const grouped = TEST_GROUPS.flatMap((group) => globSync([...group.files], { cwd: ROOT }));
    const exclude = (path: string): boolean => path.includes("node_modules");
    const all = globSync("{packages,test,tools,bench,examples}/**/*.test.{ts,tsx}", { cwd: ROOT, exclude });
    assert.deepEqual(grouped.toSorted(), all.toSorted());
  });
});
