import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openPools, poolConfig, seatRequest } from "./placement-bench.ts";

const config = poolConfig();
const at = (key: string, since: number) => seatRequest(key, { since });
const seated = (...nodes: number[]) => ({ kind: "assigned", nodes, gpus: nodes.map(() => []) });

describe("compute pools", () => {
  it("seats jobs while there are nodes and tells the next why it waits", () => {
    const { pools } = openPools();
    assert.deepEqual(pools.request("p", config, at("a", 1)), seated(0));
    assert.deepEqual(pools.request("p", config, at("b", 2)), seated(1));
    assert.deepEqual(pools.request("p", config, at("c", 3)), {
      kind: "waits",
      reason: "waits for a node of 'cpu-cluster': 2 of 2 busy, position 1",
    });
  });

  it("wakes the first in the queue when a node is free, and keeps its seat", () => {
    const { pools, woken } = openPools();
    for (const [index, key] of ["a", "b", "c", "d"].entries()) pools.request("p", config, at(key, index));
    pools.release("a");
    assert.deepEqual(woken, ["c"]);
    assert.deepEqual(pools.request("p", config, at("c", 2)), seated(0));
    assert.equal(pools.explain("d"), "waits for a node of 'cpu-cluster': 2 of 2 busy, position 1");
  });

  it("puts running jobs back on their nodes after a restart", () => {
    const { pools } = openPools();
    pools.claim("p", config, { job: at("a", 0), held: { nodes: [1], gpus: [[]] } });
    assert.deepEqual(pools.request("p", config, at("a", 0)), seated(1));
    assert.deepEqual(pools.request("p", config, at("b", 0)), seated(0));
    assert.equal(pools.request("p", config, at("c", 0)).kind, "waits");
  });

  it("lets waiting jobs in when the pool grows", () => {
    const { pools, woken } = openPools();
    const small = poolConfig({ nodeCountMax: 1 });
    pools.request("p", small, at("a", 1));
    pools.request("p", small, at("b", 2));
    pools.configure("p", config);
    assert.deepEqual(woken, ["b"]);
  });

  it("keeps an idle node for its time", () => {
    const { pools, clock } = openPools();
    pools.request("p", config, at("a", 1));
    pools.release("a");
    assert.equal(pools.listNodes("p", config).length, 1);
    clock.time = 1000;
    assert.equal(pools.listNodes("p", config).length, 0);
  });

  it("gives a gang all of its nodes at once, and nobody passes it meanwhile", () => {
    const { pools, woken } = openPools();
    pools.request("p", config, at("a", 1));
    const gang = seatRequest("gang", { since: 2, nodeCount: 2 });
    assert.deepEqual(pools.request("p", config, gang), {
      kind: "waits",
      reason: "waits for 2 nodes of 'cpu-cluster': 1 of 2 busy, position 1",
    });
    assert.deepEqual(pools.request("p", config, seatRequest("small", { since: 3, submitter: "bob" })), {
      kind: "waits",
      reason: "waits for a node of 'cpu-cluster': 1 of 2 busy, position 2, after a job that needs 2 nodes",
    });
    pools.release("a");
    assert.deepEqual(woken, ["gang"]);
    assert.deepEqual(pools.request("p", config, gang), seated(0, 1));
  });

  it("lets a job pass that can never fit, and tells it so", () => {
    const { pools } = openPools();
    const gang = seatRequest("gang", { nodeCount: 3 });
    assert.deepEqual(pools.request("p", config, gang), {
      kind: "waits",
      reason: "waits for 3 nodes of 'cpu-cluster', which may have 2; raise its maximum",
    });
    assert.equal(pools.request("p", config, at("small", 5)).kind, "assigned");
  });

  it("takes turns between submitters, and the higher class before both", () => {
    const { pools, woken } = openPools();
    for (const [index, key] of ["a1", "a2", "a3", "a4"].entries()) pools.request("p", config, at(key, index));
    pools.request("p", config, seatRequest("b1", { since: 9, submitter: "bob" }));
    pools.request("p", config, seatRequest("urgent", { since: 10, turnClass: 8 }));
    pools.release("a1");
    pools.release("a2");
    assert.deepEqual(woken, ["urgent", "b1"]);
  });

  it("gives GPUs to one job alone", () => {
    const { pools, woken } = openPools({ gpuCount: 3 });
    const wide = poolConfig({ nodeCountMax: 9 });
    const job = (key: string, nodeCount: number) => seatRequest(key, { nodeCount, gpusPerNode: 1 });
    assert.deepEqual(pools.request("p", wide, job("a", 2)), { kind: "assigned", nodes: [0, 1], gpus: [[0], [1]] });
    assert.deepEqual(pools.request("q", wide, job("b", 1)), { kind: "assigned", nodes: [0], gpus: [[2]] });
    assert.deepEqual(pools.request("p", wide, job("c", 1)), {
      kind: "waits",
      reason: "waits for a GPU (3 of 3 in use), position 1",
    });
    pools.release("b");
    assert.deepEqual(woken, ["c"]);
    assert.deepEqual(
      pools.listNodes("p", wide).map(({ gpus }) => gpus),
      [[0], [1], [2]],
    );
  });

  it("holds a workspace to its quota and no other workspace", () => {
    const { pools, woken } = openPools();
    pools.setLimit("workspace:w", 1);
    pools.request("p", config, at("a", 1));
    assert.deepEqual(pools.request("q", config, at("b", 2)), {
      kind: "waits",
      reason: "waits for the workspace's quota of nodes (1 of 1 in use), position 1",
    });
    assert.equal(pools.request("r", poolConfig({ workspaceKey: "v" }), at("c", 3)).kind, "assigned");
    pools.setLimit("workspace:w", 2);
    assert.deepEqual(woken, ["b"]);
  });

  it("has low-priority work leave for other work, the newest first, and not in vain", () => {
    const { pools, woken, clock } = openPools({ coreCount: 2 });
    const low = poolConfig({ isLowPriority: true });
    const cheap = (key: string) => seatRequest(key, { isPreemptible: true });
    pools.request("low", low, cheap("old"));
    clock.time = 5;
    pools.request("low", low, cheap("new"));
    assert.equal(pools.request("p", config, at("a", 1)).kind, "assigned");
    assert.deepEqual(woken, ["new"]);
    assert.deepEqual(pools.evictionOf("new"), { kind: "preempted", reason: "other work needs the machine" });
    assert.equal(pools.evictionOf("old"), undefined);
    pools.release("new");
    assert.deepEqual(pools.request("low", low, cheap("new")), {
      kind: "waits",
      reason: "waits for a core that other work leaves (2 of 2 in use), position 1",
    });
    pools.release("a");
    assert.deepEqual(woken, ["new", "new"]);
  });

  it("has low-priority work leave for whoever lacks the room that it takes", () => {
    const { pools, woken } = openPools({ nodeCountMax: 2 });
    const low = poolConfig({ isLowPriority: true });
    for (const key of ["x", "y"]) pools.request("low", low, seatRequest(key, { isPreemptible: true }));
    assert.deepEqual(pools.request("p", config, at("a", 1)), {
      kind: "waits",
      reason: "waits for room on this machine (2 of 2 nodes in use), position 1",
    });
    assert.equal(woken.length, 1);
    pools.release(woken[0] ?? "");
    assert.equal(pools.isSeated("a"), true);
  });

  it("has all leave a compute that goes", () => {
    const { pools, woken } = openPools();
    for (const [index, key] of ["a", "b", "c"].entries()) pools.request("p", config, at(key, index));
    assert.equal(pools.close("p", "compute 'cpu-cluster' was deleted"), 2);
    assert.deepEqual(woken, ["a", "b", "c"]);
    assert.deepEqual(
      pools.listNodes("p", config).map(({ duty }) => duty),
      ["leaving", "leaving"],
    );
  });
});
