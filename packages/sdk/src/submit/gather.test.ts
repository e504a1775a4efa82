import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { gather } from "./gather.ts";

function failing(message: string, target?: string): Promise<never> {
  return Promise.reject(new PlatformError("NotFound", message, target === undefined ? {} : { target }));
}

describe("gather", () => {
  it("returns all results in their order", async () => {
    assert.deepEqual(
      await gather<number>([
        ["a", Promise.resolve(1)],
        ["b", Promise.resolve(2)],
      ]),
      [1, 2],
    );
  });

  it("tells all problems, each at its place within the places around it", async () => {
    const inner = gather([
      ["inputs.x", failing("no x")],
      ["inputs.y", failing("no y", "properties.image")],
    ]);
    const outer = gather<unknown>([
      ["jobs.a", inner],
      ["jobs.b", failing("no b")],
      ["", Promise.resolve(1)],
    ]);
    await assert.rejects(outer, (error) => {
      assert.ok(error instanceof PlatformError);
      assert.deepEqual(
        error.details.map(({ target, message }) => [target, message]),
        [
          ["jobs.a.inputs.x", "no x"],
          ["jobs.a.inputs.y", "no y"],
          ["jobs.b", "no b"],
        ],
      );
      return true;
    });
  });

  it("passes a bug on as it is", async () => {
    await assert.rejects(
      gather([
        ["a", failing("no a")],
        ["b", Promise.reject(new TypeError("bug"))],
      ]),
      TypeError,
    );
  });
});
