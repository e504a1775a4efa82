import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { ComputePools } from "./compute-pools.ts";
import type { PoolConfig } from "./pool-config.ts";
import type { SeatRequest } from "../../domain/placement/seat-request.ts";
import { openPools, poolConfig, seatRequest } from "./placement-bench.ts";

const MACHINE = { nodeCountMax: 6, coreCount: 4, gpuCount: 3 };
const POOLS: Readonly<Record<string, PoolConfig>> = {
  small: poolConfig({ name: "small", nodeCountMax: 2 }),
  large: poolConfig({ name: "large", nodeCountMax: 5, workspaceKey: "v" }),
  low: poolConfig({ name: "low", nodeCountMax: 4, isLowPriority: true }),
};
const RUNS = 300;

interface Submitted {
  readonly pool: string;
  readonly request: SeatRequest;
}

const submission: fc.Arbitrary<Omit<Submitted, "request"> & { values: Partial<SeatRequest> }> = fc
  .record({
    pool: fc.constantFrom("small", "large", "low"),
    nodeCount: fc.integer({ min: 1, max: 4 }),
    turnClass: fc.integer({ min: 6, max: 8 }),
    submitter: fc.constantFrom("ann", "bob", "cem"),
    gpusPerNode: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ pool, nodeCount, gpusPerNode, ...rest }) => {
    const most = Math.min(POOLS[pool]?.nodeCountMax ?? 1, gpusPerNode > 0 ? MACHINE.gpuCount : 9);
    const values = { ...rest, gpusPerNode, nodeCount: Math.min(nodeCount, most), isPreemptible: pool === "low" };
    return { pool, values };
  });

/** A submission, or the end of one of those that run. */
const steps = fc.array(fc.oneof(submission, fc.nat({ max: 20 })), { maxLength: 60 });

/** Plays jobs as their reconcilers do: asks when woken, and leaves when told to. */
class Game {
  readonly #waiting = new Map<string, Submitted>();
  readonly #seats = new Map<
    string,
    { nodes: readonly number[]; gpus: readonly (readonly number[])[]; job: Submitted }
  >();
  readonly pools: ComputePools;
  readonly #woken: string[];
  #count = 0;

  constructor() {
    const { pools, woken } = openPools(MACHINE);
    this.pools = pools;
    this.#woken = woken;
    pools.setLimit("workspace:v", 4);
  }

  get running(): readonly string[] {
    return [...this.#seats.keys()];
  }

  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  submit({ pool, values }: { pool: string; values: Partial<SeatRequest> }): void {
    this.#count += 1;
    const request = seatRequest(`job-${this.#count}`, { ...values, since: this.#count });
    this.#waiting.set(request.key, { pool, request });
    this.#ask(request.key);
    this.settle();
  }

  end(key: string): void {
    this.#seats.delete(key);
    this.pools.release(key);
    this.settle();
  }

  /** Lets everybody who was woken look, until nobody is woken any more. */
  settle(): void {
    for (let key = this.#woken.shift(); key !== undefined; key = this.#woken.shift()) {
      if (this.pools.evictionOf(key) === undefined) this.#ask(key);
      else this.#leave(key);
    }
    this.#check();
  }

  #ask(key: string): void {
    const job = this.#waiting.get(key);
    if (job === undefined) return;
    const seat = this.pools.request(job.pool, POOLS[job.pool] ?? poolConfig(), job.request);
    if (seat.kind === "waits") return;
    this.#waiting.delete(key);
    this.#seats.set(key, { nodes: seat.nodes, gpus: seat.gpus, job });
  }

  #leave(key: string): void {
    const job = this.#seats.get(key)?.job;
    this.#seats.delete(key);
    this.pools.release(key);
    if (job === undefined) return;
    this.#waiting.set(key, job);
    this.#ask(key);
  }

  #check(): void {
    const taken = new Set<string>();
    const gpus = new Set<number>();
    for (const { nodes, gpus: own, job } of this.#seats.values()) {
      assert.equal(nodes.length, job.request.nodeCount, "a gang has all of its nodes");
      for (const node of nodes) {
        assert.ok(node < (POOLS[job.pool]?.nodeCountMax ?? 0));
        assert.ok(!taken.has(`${job.pool} ${node}`), "a node has one job");
        taken.add(`${job.pool} ${node}`);
      }
      for (const index of own.flat()) {
        assert.ok(index < MACHINE.gpuCount && !gpus.has(index), "a GPU has one job");
        gpus.add(index);
      }
      assert.equal(own.flat().length, job.request.nodeCount * job.request.gpusPerNode);
    }
    assert.ok(taken.size <= MACHINE.nodeCountMax);
    assert.equal(this.pools.shares.used("nodes"), taken.size);
    assert.ok(this.pools.shares.used("workspace:v") <= 4);
  }
}

describe("placement", () => {
  it("gives no node and no GPU twice, keeps to all limits, and gangs are whole", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const game = new Game();
        for (const step of list) {
          if (typeof step !== "number") game.submit(step);
          else if (game.running.length > 0) game.end(game.running[step % game.running.length] ?? "");
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("lets every job run once those before it end, whatever it needs and whoever waits", () => {
    fc.assert(
      fc.property(fc.array(submission, { maxLength: 25 }), fc.nat(), (list, pick) => {
        const game = new Game();
        for (const one of list) game.submit(one);
        for (let ended = 0; ended < list.length; ended += 1) {
          assert.ok(game.running.length > 0, `${game.waiting.join()} wait for each other`);
          game.end(game.running[pick % game.running.length] ?? "");
        }
        assert.deepEqual([game.running, game.waiting], [[], []]);
      }),
      { numRuns: RUNS },
    );
  });

  it("starts a big job although small ones never stop coming", () => {
    const { pools, woken } = openPools();
    const config = poolConfig({ nodeCountMax: 4 });
    const running: string[] = [];
    let count = 0;
    const submitSmall = () => {
      count += 1;
      const key = `small-${count}`;
      if (pools.request("p", config, seatRequest(key, { since: count, submitter: "bob" })).kind === "assigned") {
        running.push(key);
      }
    };
    for (let index = 0; index < 6; index += 1) submitSmall();
    pools.request("p", config, seatRequest("big", { since: 7, nodeCount: 4, submitter: "ann" }));
    for (let turn = 0; turn < 30 && !pools.isSeated("big"); turn += 1) {
      submitSmall();
      pools.release(running.shift() ?? "");
      running.push(...woken.splice(0).filter((key) => key !== "big"));
    }
    assert.equal(pools.isSeated("big"), true);
  });

  it("costs little for ten thousand waiting jobs", () => {
    const { pools, woken } = openPools();
    const config = poolConfig({ nodeCountMax: 8 });
    const startedAt = performance.now();
    for (let index = 0; index < 10_000; index += 1) {
      pools.request("p", config, seatRequest(`job-${index}`, { since: index }));
    }
    let done = 0;
    for (let index = 0; index < 8; index += 1) {
      pools.release(`job-${index}`);
      done += 1;
    }
    for (let key = woken.shift(); key !== undefined; key = woken.shift()) {
      pools.release(key);
      done += 1;
    }
    assert.equal(done, 10_000);
    assert.ok(performance.now() - startedAt < 5_000);
  });
});
