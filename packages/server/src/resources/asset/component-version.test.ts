import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { assertValidSpec, isSameSpec, renderSpec } from "./component-version.ts";

const ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/components/train/versions/7";

describe("component version", () => {
  it("names every field of a spec that cannot be used", () => {
    assert.throws(
      () => assertValidSpec({ type: "command", command: 5, inputs: { x: { type: "integer", enum: "a" } } }, ID),
      (error) => error instanceof PlatformError && error.details.length === 2,
    );
    assertValidSpec({ type: "command", command: "true", inputs: { x: { type: "integer", optional: "True" } } }, ID);
  });

  it("tells specs apart by what they do", () => {
    assert.ok(
      isSameSpec({ name: "a", version: "1", command: "x", inputs: {} }, { inputs: {}, command: "x", code: null }),
    );
    assert.ok(!isSameSpec({ command: "x" }, { command: "y" }));
  });

  it("shows the name and version under which it is found", () => {
    assert.deepEqual(renderSpec({ command: "x" }, { id: ID, properties: {} }), {
      command: "x",
      name: "train",
      version: "7",
    });
    const anonymous = { id: ID, properties: { isAnonymous: true } };
    assert.deepEqual(renderSpec({ name: "own" }, anonymous), { name: "own", version: "7" });
  });
});
