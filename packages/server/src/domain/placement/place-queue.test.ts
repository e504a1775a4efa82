import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { explainWait, placeQueue, type Pool } from "./place-queue.ts";

const pool: Pool = { name: "cpu-cluster", nodeCountMax: 2, isStopped: false, busyNodes: new Set([0]) };

describe("place queue", () => {
  it("gives the free node to the job that came first", () => {
    const { assignments, waiting } = placeQueue(pool, [
      { key: "b", since: 2 },
      { key: "a", since: 1 },
    ]);
    assert.deepEqual(assignments, [{ key: "a", node: 1 }]);
    assert.deepEqual(waiting, [{ key: "b", since: 2 }]);
  });

  it("gives nothing away on a stopped compute and says so", () => {
    const stopped = { ...pool, isStopped: true };
    assert.deepEqual(placeQueue(stopped, [{ key: "a", since: 1 }]).assignments, []);
    assert.equal(explainWait(stopped, 1), "waits for compute 'cpu-cluster', which is stopped; start it to go on");
  });

  it("says what a job waits for and its place", () => {
    const full = { ...pool, busyNodes: new Set([0, 1]) };
    assert.equal(explainWait(full, 3), "waits for a node of 'cpu-cluster': 2 of 2 busy, position 3");
  });

  it("never gives a node twice, a busy one, or more than there are, and loses no job", () => {
    const job = fc.record({ key: fc.string({ minLength: 1 }), since: fc.nat() });
    fc.assert(
      fc.property(
        fc.uniqueArray(job, { selector: ({ key }) => key, maxLength: 20 }),
        fc.nat({ max: 8 }),
        fc.array(fc.nat({ max: 8 })),
        (queue, nodeCountMax, busy) => {
          const busyNodes = new Set(busy.filter((node) => node < nodeCountMax));
          const { assignments, waiting } = placeQueue({ ...pool, nodeCountMax, busyNodes }, queue);
          const nodes = assignments.map(({ node }) => node);
          assert.equal(new Set(nodes).size, nodes.length);
          assert.ok(nodes.every((node) => node < nodeCountMax && !busyNodes.has(node)));
          assert.equal(assignments.length, Math.min(queue.length, nodeCountMax - busyNodes.size));
          assert.equal(assignments.length + waiting.length, queue.length);
        },
      ),
    );
  });
});
