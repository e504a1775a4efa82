import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import { planReplicas, type ReplicaView } from "./plan-replicas.ts";

const userError: TaskError = { category: "user", code: "CommandFailed", message: "ValueError: boom", logTail: [] };
const systemError: TaskError = { ...userError, category: "system" };

let age = 0;

function replica(taskId: string, status: ReplicaView["status"], more: Partial<ReplicaView> = {}): ReplicaView {
  age += 1;
  const base = { taskId, status, isCurrent: true, isOfThisWish: true, createdAt: age };
  return { ...base, endedAt: undefined, error: undefined, ...more };
}

const fresh = { instanceCount: 2, hasServed: false, now: 1_000_000 };
const served = { ...fresh, hasServed: true };

describe("plan of replicas", () => {
  it("starts what is missing and serves what is ready", () => {
    const plan = planReplicas([replica("a", "ready")], fresh);
    assert.deepEqual([plan.createCount, plan.serve, plan.isComplete], [1, ["a"], false]);
  });

  it("keeps the old ones serving until all new ones are ready, then stops them", () => {
    const old = replica("old", "ready", { isCurrent: false });
    const half = planReplicas([old, replica("a", "ready"), replica("b", "starting")], fresh);
    assert.deepEqual([half.serve, half.stop], [["old"], []]);
    const whole = planReplicas([old, replica("a", "ready"), replica("b", "ready")], fresh);
    assert.deepEqual([whole.serve, whole.stop, whole.isComplete], [["a", "b"], ["old"], true]);
  });

  it("stops the surplus when scaled down, the ones still starting first", () => {
    const replicas = [replica("a", "starting"), replica("b", "ready"), replica("c", "ready")];
    const plan = planReplicas(replicas, { ...served, instanceCount: 1 });
    assert.deepEqual([plan.serve, plan.stop, plan.isComplete], [["b"], ["c", "a"], true]);
  });

  it("fails a deployment whose script fails, and leaves what served before alone", () => {
    const replicas = [
      replica("old", "ready", { isCurrent: false }),
      replica("a", "ended", { error: userError, endedAt: 5 }),
      replica("b", "starting"),
    ];
    const plan = planReplicas(replicas, fresh);
    assert.deepEqual([plan.failure, plan.stop, plan.serve, plan.createCount], [userError, ["b"], ["old"], 0]);
  });

  it("tries a failure of the machinery again, three times", () => {
    const failed = (count: number) =>
      Array.from({ length: count }, (_, index) => replica(`r${index}`, "ended", { error: systemError, endedAt: 5 }));
    assert.equal(planReplicas(failed(2), fresh).createCount, 2);
    assert.equal(planReplicas(failed(3), fresh).failure, systemError);
  });

  it("does not hold an earlier wish's failure against a new one", () => {
    const before = replica("a", "ended", { error: userError, endedAt: 5, isOfThisWish: false });
    assert.equal(planReplicas([before], fresh).failure, undefined);
  });

  it("replaces dead replicas with growing pauses", () => {
    const died = (endedAt: number) =>
      replica(`d${endedAt}`, "ended", { error: userError, endedAt, createdAt: endedAt - 100 });
    const now = served.now;
    assert.equal(planReplicas([replica("a", "ready"), died(now)], served).backOffMs, 500);
    assert.equal(planReplicas([replica("a", "ready"), died(now - 10), died(now)], served).backOffMs, 1_000);
    assert.equal(planReplicas([replica("a", "ready"), died(now - 600)], served).createCount, 1);
  });

  it("serves nothing and starts nothing when no instance is wanted", () => {
    const plan = planReplicas([replica("a", "ready")], { ...served, instanceCount: 0 });
    assert.deepEqual([plan.stop, plan.serve, plan.createCount, plan.isComplete], [["a"], [], 0, true]);
  });
});
