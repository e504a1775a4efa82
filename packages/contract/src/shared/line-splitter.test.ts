import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { LineSplitter } from "./line-splitter.ts";

describe("line splitter", () => {
  it("answers the same lines however the text is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat({ max: 40 })), (texts, cuts) => {
        const lines = texts.map((text) => text.replaceAll("\n", " "));
        let rest = lines.map((line) => `${line}\n`).join("");
        const splitter = new LineSplitter();
        const found: string[] = [];
        for (const cut of cuts) {
          found.push(...splitter.push(rest.slice(0, cut)));
          rest = rest.slice(cut);
        }
        found.push(...splitter.push(rest));
        assert.deepEqual(found, lines);
      }),
    );
  });

  it("keeps what has no end yet", () => {
    const splitter = new LineSplitter();
    assert.deepEqual(splitter.push("a\nb"), ["a"]);
    assert.deepEqual(splitter.push("c\n"), ["bc"]);
  });
});
