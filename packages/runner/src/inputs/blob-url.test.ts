import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { joinUrl } from "./blob-url.ts";

describe("join url", () => {
  it("encodes each part of the name and keeps the folder's query", () => {
    assert.equal(joinUrl("https://h/c/p/", "a b/ü#.csv"), "https://h/c/p/a%20b/%C3%BC%23.csv");
    assert.equal(joinUrl("https://h/c/p/?sv=1&sig=2", "a"), "https://h/c/p/a?sv=1&sig=2");
  });
});
