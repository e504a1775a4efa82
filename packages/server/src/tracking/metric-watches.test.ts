import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { MetricWatches } from "./metric-watches.ts";

describe("metric watches", () => {
  it("tells who watches a metric of a run, once for each batch", () => {
    const watches = new MetricWatches();
    const heard: string[] = [];
    watches.watch({ workspaceKey: "w", runId: "a", key: "loss" }, () => heard.push("a/loss"));
    watches.watch({ workspaceKey: "w", runId: "b", key: "loss" }, () => heard.push("b/loss"));
    watches.announce("w", "a", [{ key: "loss" }, { key: "loss" }, { key: "accuracy" }]);
    watches.announce("v", "a", [{ key: "loss" }]);
    watches.announce("w", "b", [{ key: "accuracy" }]);
    assert.deepEqual(heard, ["a/loss"]);
  });

  it("tells nobody who has left", () => {
    const watches = new MetricWatches();
    let count = 0;
    const onLogged = (): void => void (count += 1);
    const leave = watches.watch({ workspaceKey: "w", runId: "a", key: "loss" }, onLogged);
    watches.watch({ workspaceKey: "w", runId: "a", key: "loss" }, onLogged);
    leave();
    leave();
    watches.announce("w", "a", [{ key: "loss" }]);
    assert.equal(count, 1);
  });
});
