import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { afterAllWith } from "./name-order.ts";

const compare = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe("the first name after all with a prefix", () => {
  it("lies after every name with the prefix and before no other", () => {
    const text = fc.string({ unit: "binary", maxLength: 4 });
    fc.assert(
      fc.property(text, text, (prefix, name) => {
        const end = afterAllWith(prefix);
        const isInside = compare(name, prefix) >= 0 && (end === undefined || compare(name, end) < 0);
        assert.equal(isInside, name.startsWith(prefix));
      }),
    );
  });

  it("is unknown after the highest character and after the empty prefix", () => {
    assert.equal(afterAllWith(""), undefined);
    assert.equal(afterAllWith("\u{10ffff}"), undefined);
    assert.equal(afterAllWith("a\u{10ffff}"), "b");
    assert.equal(afterAllWith("\ud7ff"), "\ue000");
  });
});
