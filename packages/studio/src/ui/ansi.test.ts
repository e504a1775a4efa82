import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseAnsi, splitLogLines, stripAnsi } from "./ansi.ts";

const plain = { color: undefined, isBold: false, isDim: false };

describe("log text", () => {
  it("keeps the last state of a line that a progress bar wrote over", () => {
    assert.deepEqual(splitLogLines("a\r\n 10%\r 50%\r100%\ndone\n"), ["a", "100%", "done"]);
  });

  it("answers plain text as one span", () => {
    assert.deepEqual(parseAnsi("epoch 1"), [{ text: "epoch 1", ...plain }]);
  });

  it("reads colours, weight and their reset", () => {
    assert.deepEqual(parseAnsi("\u001b[1;32mok\u001b[0m rest"), [
      { text: "ok", color: "green", isBold: true, isDim: false },
      { text: " rest", ...plain },
    ]);
  });

  it("reads palette and true colours", () => {
    assert.deepEqual(
      parseAnsi("\u001b[38;5;196ma\u001b[38;2;1;2;255mb").map((span) => span.color),
      ["#ff0000", "#0102ff"],
    );
  });

  it("drops sequences that move a cursor", () => {
    assert.equal(stripAnsi("\u001b[2K\u001b[1Ghi\u001b]0;title\u0007"), "hi");
  });
});
