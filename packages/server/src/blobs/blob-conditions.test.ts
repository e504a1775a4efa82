import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkReadConditions, checkWriteConditions } from "./blob-conditions.ts";

const SECOND = 1_000;
const blob = { etag: '"0x1"', modifiedAt: 5_500 };

describe("conditions on a write", () => {
  it("are met by the right ETag, quoted or not, and by '*' for what exists", () => {
    for (const ifMatch of ['"0x1"', "0x1", "*", '"0x2", "0x1"']) checkWriteConditions(blob, { ifMatch });
    checkWriteConditions(undefined, { ifNoneMatch: "*" });
    checkWriteConditions(blob, { ifNoneMatch: '"0x2"' });
  });

  it("are unmet by another ETag, by nothing where something must be, and by something where nothing may be", () => {
    assert.throws(() => checkWriteConditions(blob, { ifMatch: '"0x2"' }), { code: "PreconditionFailed" });
    assert.throws(() => checkWriteConditions(undefined, { ifMatch: "*" }), { code: "PreconditionFailed" });
    assert.throws(() => checkWriteConditions(blob, { ifNoneMatch: '"0x1"' }), { code: "PreconditionFailed" });
    assert.throws(() => checkWriteConditions(blob, { ifNoneMatch: "*" }), { code: "AlreadyExists" });
  });

  it("see times in whole seconds", () => {
    checkWriteConditions(blob, { ifUnmodifiedSince: 5 * SECOND });
    checkWriteConditions(blob, { ifModifiedSince: 4 * SECOND });
    assert.throws(() => checkWriteConditions(blob, { ifUnmodifiedSince: 4 * SECOND }), { code: "PreconditionFailed" });
    assert.throws(() => checkWriteConditions(blob, { ifModifiedSince: 5 * SECOND }), { code: "PreconditionFailed" });
  });
});

describe("conditions on a read", () => {
  it("tell a reader that has it already apart from one that is wrong", () => {
    assert.equal(checkReadConditions(blob, {}), "met");
    assert.equal(checkReadConditions(blob, { ifNoneMatch: '"0x1"' }), "notModified");
    assert.equal(checkReadConditions(blob, { ifModifiedSince: 5 * SECOND }), "notModified");
    assert.equal(checkReadConditions(blob, { ifNoneMatch: '"0x2"', ifModifiedSince: 9 * SECOND }), "met");
    assert.throws(() => checkReadConditions(blob, { ifMatch: '"0x2"' }), { code: "PreconditionFailed" });
  });
});
