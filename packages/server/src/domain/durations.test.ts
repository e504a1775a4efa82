import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { durationSeconds } from "./durations.ts";

describe("duration", () => {
  it("counts the seconds of an ISO 8601 duration", () => {
    const durations = [
      ["PT120S", 120],
      ["PT1H30M", 5400],
      ["P1DT1S", 86_401],
      ["PT0.5S", 0.5],
      ["PT0S", 0],
    ] as const;
    for (const [text, seconds] of durations) assert.equal(durationSeconds(text), seconds, text);
  });

  it("knows no other text", () => {
    for (const text of ["", "P", "PT", "120", "1h", "PT-1S", "P1Y", "PT1H "]) {
      assert.equal(durationSeconds(text), undefined, text);
    }
  });
});
