import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { describeSubstitution, pickInterpreter } from "./interpreters.ts";

const installed = ["3.7.16", "3.9.18", "3.11.7", "3.12.1", "3.12.4"].map((version) => ({ path: version, version }));

describe("pick interpreter", () => {
  it("prefers the version asked for, then the closest, the newer of two equally close", () => {
    assert.equal(pickInterpreter("3.11", installed)?.version, "3.11.7");
    assert.equal(pickInterpreter("3.12", installed)?.version, "3.12.4");
    assert.equal(pickInterpreter("3.12.1", installed)?.version, "3.12.1");
    assert.equal(pickInterpreter("3.10", installed)?.version, "3.11.7");
    assert.equal(pickInterpreter("3.14", installed)?.version, "3.12.4");
    assert.equal(pickInterpreter("3.7", installed)?.version, "3.9.18");
    assert.equal(pickInterpreter(undefined, []), undefined);
  });

  it("says what stood in, and nothing when it is what was asked for", () => {
    assert.equal(describeSubstitution("3.10", { path: "", version: "3.11.7" }), "3.10 asked, 3.11.7 used");
    assert.equal(describeSubstitution("3.1", { path: "", version: "3.11.7" }), "3.1 asked, 3.11.7 used");
    assert.equal(describeSubstitution("3.11", { path: "", version: "3.11.7" }), undefined);
    assert.equal(describeSubstitution(undefined, { path: "", version: "3.11.7" }), undefined);
  });
});
