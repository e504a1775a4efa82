import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ComputePools, type PoolConfig } from "./compute-pools.ts";

const config: PoolConfig = { name: "cpu-cluster", nodeCountMin: 0, nodeCountMax: 2, idleMs: 1000, isStopped: false };

function openPools() {
  const woken: string[] = [];
  const clock = { time: 0, now: () => clock.time };
  return { pools: new ComputePools({ clock, wake: (key) => woken.push(key) }), woken, clock };
}

describe("compute pools", () => {
  it("seats jobs while there are nodes and tells the next why it waits", () => {
    const { pools } = openPools();
    assert.deepEqual(pools.request("p", config, { key: "a", since: 1 }), { kind: "assigned", node: 0 });
    assert.deepEqual(pools.request("p", config, { key: "b", since: 2 }), { kind: "assigned", node: 1 });
    assert.deepEqual(pools.request("p", config, { key: "c", since: 3 }), {
      kind: "waits",
      reason: "waits for a node of 'cpu-cluster': 2 of 2 busy, position 1",
    });
  });

  it("wakes the first in the queue when a node is free, and keeps its seat", () => {
    const { pools, woken } = openPools();
    for (const [index, key] of ["a", "b", "c", "d"].entries()) pools.request("p", config, { key, since: index });
    pools.release("a");
    assert.deepEqual(woken, ["c"]);
    assert.deepEqual(pools.request("p", config, { key: "c", since: 2 }), { kind: "assigned", node: 0 });
    assert.equal(pools.explain("d"), "waits for a node of 'cpu-cluster': 2 of 2 busy, position 1");
  });

  it("puts running jobs back on nodes after a restart", () => {
    const { pools } = openPools();
    pools.claim("p", config, "a");
    pools.claim("p", config, "b");
    assert.equal(pools.request("p", config, { key: "c", since: 0 }).kind, "waits");
  });

  it("lets waiting jobs in when the pool grows", () => {
    const { pools, woken } = openPools();
    const small = { ...config, nodeCountMax: 1 };
    pools.request("p", small, { key: "a", since: 1 });
    pools.request("p", small, { key: "b", since: 2 });
    pools.configure("p", config);
    assert.deepEqual(woken, ["b"]);
  });

  it("keeps an idle node for its time", () => {
    const { pools, clock } = openPools();
    pools.request("p", config, { key: "a", since: 1 });
    pools.release("a");
    assert.equal(pools.listNodes("p", config).length, 1);
    clock.time = 1000;
    assert.equal(pools.listNodes("p", config).length, 0);
  });
});
