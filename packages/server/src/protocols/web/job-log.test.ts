import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { wholeLength } from "./job-log.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("whole length of UTF-8 text", () => {
  it("is all of it where the last character is complete", () => {
    for (const text of ["", "a", "é", "ログ", "🪨"]) assert.equal(wholeLength(bytes(text)), bytes(text).length, text);
  });

  it("leaves out a character that was cut", () => {
    for (const [text, cut, whole] of [
      ["aé", 1, 1],
      ["aロ", 1, 1],
      ["aロ", 2, 1],
      ["a🪨", 1, 1],
      ["a🪨", 3, 1],
    ] as const) {
      const all = bytes(text);
      assert.equal(wholeLength(all.subarray(0, all.length - cut)), whole, `${text} without ${cut}`);
    }
  });

  it("takes bytes that are no text, so that reading goes on", () => {
    assert.equal(wholeLength(new Uint8Array([0xe3])), 1);
    assert.equal(wholeLength(new Uint8Array([0x80, 0x80, 0x80, 0x80])), 4);
  });
});
