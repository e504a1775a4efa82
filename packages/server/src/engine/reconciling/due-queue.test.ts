import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { DueQueue } from "./due-queue.ts";

const ALL = (): boolean => true;

describe("due queue", () => {
  it("gives each key once, when its earliest time has come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f"), fc.integer({ min: 0, max: 50 }))),
        (adds) => {
          let now = -1;
          const queue = new DueQueue(
            () => now,
            () => {},
          );
          const earliest = new Map<string, number>();
          for (const [key, at] of adds) {
            queue.add(key, at);
            earliest.set(key, Math.min(at, earliest.get(key) ?? at));
          }
          const takenAt = new Map<string, number>();
          for (now = 0; now <= 50; now += 1) {
            for (const key of queue.take(100, ALL)) {
              assert.equal(takenAt.has(key), false);
              takenAt.set(key, now);
            }
          }
          queue.close();
          assert.deepEqual(new Map([...takenAt].toSorted()), new Map([...earliest].toSorted()));
        },
      ),
    );
  });

  it("keeps what may not be taken yet, and no more than was asked for", () => {
    const queue = new DueQueue(
      () => 10,
      () => {},
    );
    for (const key of ["a", "b", "c"]) queue.add(key, 0);
    assert.deepEqual(
      queue.take(1, (key) => key !== "a"),
      ["b"],
    );
    assert.deepEqual(queue.take(5, ALL), ["a", "c"]);
    queue.close();
  });

  it("tells when a key becomes due", async () => {
    const due = Promise.withResolvers<void>();
    const queue = new DueQueue(
      () => Date.now(),
      () => due.resolve(),
    );
    queue.add("a", Date.now() + 5);
    await due.promise;
    queue.close();
  });
});
