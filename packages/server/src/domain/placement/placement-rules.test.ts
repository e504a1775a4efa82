import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TaskResult } from "@lazuli/contract/node/task-report.ts";

import { describeLack, findHopeless, needsOf } from "./capacity.ts";
import { isDecided, joinResults } from "./join-results.ts";
import { findQueueProblem, isSpot, turnClassOf } from "./turn-class.ts";
import { gpuCountOfArguments, gpuCountOfSize, shareGpus } from "./vm-sizes.ts";

function result(outcome: TaskResult["outcome"], endedAt: number, message = ""): TaskResult {
  const error = { category: "user", code: "x", message, logTail: [] } as const;
  const failed = outcome === "failed" ? { error: { ...error, logTail: [] } } : {};
  return {
    outcome,
    exitCode: outcome === "completed" ? 0 : 1,
    startedAt: endedAt - 2,
    endedAt,
    substitutions: {},
    ...failed,
  };
}

describe("results of a job's nodes", () => {
  it("are completed when all are, from the first start to the last end", () => {
    const joined = joinResults([result("completed", 5), result("completed", 9)], false);
    assert.deepEqual([joined.outcome, joined.exitCode, joined.startedAt, joined.endedAt], ["completed", 0, 3, 9]);
  });

  it("are those of the first failure in time", () => {
    const joined = joinResults(
      [result("failed", 9, "late"), result("canceled", 10), result("failed", 4, "boom")],
      false,
    );
    assert.deepEqual([joined.outcome, joined.error?.message], ["failed", "Node 2: boom"]);
  });

  it("are the leader's when the others only serve it", () => {
    const results = [result("completed", 5), result("failed", 6, "the head is gone")];
    assert.equal(joinResults(results, true).outcome, "completed");
    assert.equal(isDecided({ results: [results[0], undefined], isLed: true }), true);
    assert.equal(isDecided({ results: [results[0], undefined], isLed: false }), false);
  });

  it("are decided by a failure, however many go on", () => {
    assert.equal(isDecided({ results: [undefined, result("failed", 1), undefined], isLed: false }), true);
  });
});

describe("turns", () => {
  it("go by tier first, then by priority, in Azure's words and numbers", () => {
    const classes = [
      { jobTier: "Spot", priority: "High" },
      { jobTier: "basic" },
      { priority: 1 },
      {},
      { jobTier: "Null", priority: 3 },
      { jobTier: "Premium", priority: "low" },
    ].map(turnClassOf);
    assert.deepEqual(
      classes,
      classes.toSorted((left, right) => left - right),
    );
    assert.equal(new Set(classes).size, classes.length);
    assert.equal(isSpot({ jobTier: "Spot" }), true);
  });

  it("are refused with what there is to choose from", () => {
    assert.equal(findQueueProblem({ jobTier: "Null", priority: "2" }), undefined);
    assert.match(findQueueProblem({ jobTier: "gold" }) ?? "", /'gold' is no job tier; choose one of spot, basic/);
    assert.match(findQueueProblem({ priority: 7 }) ?? "", /'7' is no priority/);
  });
});

describe("GPUs", () => {
  it("are those of the size, known or not, and what Docker's arguments ask for", () => {
    assert.deepEqual(
      ["Standard_NC24s_v3", "STANDARD_ND96ASR_V4", "Standard_NC999_v9", "Standard_DS3_v2", undefined].map(
        gpuCountOfSize,
      ),
      [4, 8, 1, 0, 0],
    );
    const asked = ["--gpus all", "--gpus=2", `--gpus '"device=0,1,2"'`, "--ipc=host"];
    assert.deepEqual(
      asked.map((text) => gpuCountOfArguments(text, 8)),
      [8, 2, 3, 0],
    );
  });

  it("are shared among a job's nodes, and the job says what it got instead", () => {
    assert.deepEqual(shareGpus(1, 2, 4), { gpusPerNode: 1, substitution: undefined });
    assert.equal(shareGpus(4, 1, 1).substitution, "4 GPUs a node asked, this machine has 1 in all: gets 1 a node");
    assert.equal(shareGpus(1, 2, 0).substitution, "1 GPU a node asked, this machine has none: runs on processors");
  });
});

describe("capacity", () => {
  it("names the share that can never hold a job", () => {
    const wish = { nodeCount: 3, gpusPerNode: 0, isPreemptible: true };
    const limits = new Map([
      ["spare", 2],
      ["nodes", 10],
    ] as const);
    assert.equal(findHopeless(needsOf(wish, "w"), limits)?.share, "spare");
    assert.equal(findHopeless(needsOf({ ...wish, isPreemptible: false }, "w"), limits), undefined);
  });

  it("is told in words", () => {
    assert.equal(
      describeLack({ share: "low-priority:w", used: 2, limit: 2, amount: 1 }),
      "the workspace's quota of low-priority nodes (2 of 2 in use)",
    );
  });
});
