import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { compareWaiting } from "../../domain/placement/place-queue.ts";
import { WaitingQueue } from "./waiting-queue.ts";

describe("waiting queue", () => {
  it("keeps jobs in the order of their turn, whoever comes and goes", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const job = fc.tuple(key, fc.integer({ min: 0, max: 3 })).map(([name, since]) => ({ key: name, since }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), job)), (steps) => {
        const queue = new WaitingQueue();
        const model = new Map<string, { key: string; since: number }>();
        for (const [isAdded, one] of steps) {
          if (isAdded) queue.add(one);
          else queue.delete(one.key);
          if (isAdded) model.set(one.key, one);
          else model.delete(one.key);
        }
        const expected = [...model.values()].toSorted(compareWaiting);
        assert.deepEqual(queue.first(10), expected);
        assert.equal(queue.size, expected.length);
        for (const [index, { key }] of expected.entries()) assert.equal(queue.position(key), index + 1);
      }),
    );
  });
});
