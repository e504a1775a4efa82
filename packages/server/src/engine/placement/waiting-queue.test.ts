import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { SeatRequest } from "../../domain/placement/seat-request.ts";
import { seatRequest } from "./placement-bench.ts";
import { PASSED_OVER_MAX, WaitingQueue } from "./waiting-queue.ts";

const ANY = () => true;
const NO_LOAD = () => 0;

/** The queue emptied one by one, each job adding its nodes to its submitter's. */
function drain(queue: WaitingQueue): string[] {
  const loads = new Map<string, number>();
  const order: string[] = [];
  for (;;) {
    const next = queue.first((submitter) => loads.get(submitter) ?? 0, ANY);
    if (next === undefined) return order;
    loads.set(next.submitter, (loads.get(next.submitter) ?? 0) + next.nodeCount);
    queue.take(next);
    order.push(next.key);
  }
}

const job: fc.Arbitrary<SeatRequest> = fc
  .record({
    key: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    since: fc.integer({ min: 0, max: 5 }),
    nodeCount: fc.integer({ min: 1, max: 3 }),
    turnClass: fc.integer({ min: 0, max: 1 }),
    submitter: fc.constantFrom("ann", "bob", "cem"),
  })
  .map(({ key, ...rest }) => seatRequest(key, rest));

describe("waiting queue", () => {
  it("says the position that a job then has, whoever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), job)), (steps) => {
        const queue = new WaitingQueue();
        for (const [isAdded, one] of steps) {
          if (isAdded) queue.add(one);
          else queue.delete(one.key);
        }
        const positions = new Map(queue.keys().map((key) => [key, queue.position(key, NO_LOAD)]));
        const order = drain(queue);
        assert.equal(order.length, positions.size);
        for (const [index, key] of order.entries()) assert.equal(positions.get(key), index + 1);
      }),
    );
  });

  it("keeps a submitter's jobs of one class in the order they came", () => {
    fc.assert(
      fc.property(fc.uniqueArray(job, { selector: ({ key }) => key }), (jobs) => {
        const queue = new WaitingQueue();
        for (const one of jobs) queue.add(one);
        const order = drain(queue);
        const rank = (one: SeatRequest) => order.indexOf(one.key);
        for (const left of jobs) {
          for (const right of jobs) {
            const isBefore = left.since < right.since && left.turnClass === right.turnClass;
            if (isBefore && left.submitter === right.submitter) assert.ok(rank(left) < rank(right));
            if (left.turnClass > right.turnClass) assert.ok(rank(left) < rank(right));
          }
        }
      }),
    );
  });

  it("lets nobody of its class pass a job that is held", () => {
    const queue = new WaitingQueue();
    queue.add(seatRequest("gang", { since: 5, nodeCount: 4, submitter: "ann" }));
    queue.add(seatRequest("small", { since: 1, submitter: "bob" }));
    queue.hold("gang");
    assert.equal(queue.first(NO_LOAD, ANY)?.key, "gang");
    assert.equal(queue.position("small", NO_LOAD), 2);
    queue.add(seatRequest("urgent", { since: 9, turnClass: 8 }));
    assert.equal(queue.first(NO_LOAD, ANY)?.key, "urgent");
  });

  it("lets a job be passed over only so often", () => {
    const queue = new WaitingQueue();
    const loadOf = (submitter: string) => (submitter === "ann" ? 1 : 0);
    queue.add(seatRequest("patient", { since: 0, submitter: "ann" }));
    for (let turn = 1; ; turn += 1) {
      queue.add(seatRequest(`quick-${turn}`, { since: turn, submitter: "bob" }));
      const next = queue.first(loadOf, ANY);
      assert.ok(next !== undefined && turn <= PASSED_OVER_MAX + 1);
      queue.take(next);
      if (next.key === "patient") break;
    }
  });

  it("costs no more with ten thousand waiting", () => {
    const queue = new WaitingQueue();
    const startedAt = performance.now();
    for (let index = 0; index < 10_000; index += 1) {
      queue.add(seatRequest(`job-${index}`, { since: index }));
      queue.position(`job-${index}`, NO_LOAD);
    }
    assert.equal(drain(queue).length, 10_000);
    assert.ok(performance.now() - startedAt < 2_000);
  });
});
