import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { durationText, jobRow } from "./job-row.ts";

describe("a job's row", () => {
  it("says how long it took, or takes so far", () => {
    const start = Date.parse("2026-01-31T08:00:00Z");
    const after = (seconds: number) => durationText(start, new Date(start + seconds * 1000).toISOString());
    assert.deepEqual([after(5.24), after(61), after(3600 + 125)], ["5.2 s", "1 m 01 s", "1 h 02 m"]);
    assert.equal(durationText(start, undefined, start + 2_000), "2.0 s");
    assert.equal(durationText(undefined, undefined), "");
  });

  it("leaves out a display name that is the name, and says why a job waits", () => {
    const row = jobRow({
      name: "a",
      display_name: "a",
      status: "Queued",
      status_reason: "waits for a node",
      type: "command",
    });
    assert.equal(row["display_name"], "");
    assert.equal(row["why"], "waits for a node");
  });
});
