import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { bestOf, intervalToJudge, reasonToEnd, type Goal, type TerminationPolicy } from "./pick-losers.ts";

const every = { interval: 1, delay: 0 };
const bandit = (slack: { slackFactor?: number; slackAmount?: number }): TerminationPolicy => ({
  kind: "bandit",
  ...every,
  slackFactor: slack.slackFactor,
  slackAmount: slack.slackAmount,
});
const truncation = (percentage: number, excludesEnded = false): TerminationPolicy => ({
  kind: "truncation",
  ...every,
  percentage,
  excludesEnded,
});
const median: TerminationPolicy = { kind: "median", ...every };

/** Numbers of the trials that would end at an interval. */
function ending(
  policy: TerminationPolicy,
  values: readonly (readonly number[])[],
  options: { at: number; goal?: Goal; ended?: readonly number[] },
): number[] {
  const all = values.map((one, index) => ({ values: one, isEnded: options.ended?.includes(index) ?? false }));
  return all.flatMap((trial, index) => {
    if (trial.values.length === 0) return [];
    const reason = reasonToEnd(policy, trial, { all, at: options.at, goal: options.goal ?? "Maximize" });
    return reason === undefined ? [] : [index];
  });
}

describe("the time of a look", () => {
  it("is every multiple of the interval from the delay on", () => {
    const policy = { ...bandit({ slackFactor: 0.1 }), interval: 3, delay: 5 };
    const times = Array.from({ length: 11 }, (_, count) => intervalToJudge(policy, count));
    assert.deepEqual(times, [...Array.from({ length: 6 }, () => undefined), 6, 6, 6, 9, 9]);
  });
});

describe("bandit", () => {
  it("ends trials below best / (1 + factor), as Azure's page works out: 0.8 and 0.2 leave 0.66", () => {
    assert.deepEqual(ending(bandit({ slackFactor: 0.2 }), [[0.8], [0.67], [0.66], [0.1]], { at: 1 }), [2, 3]);
  });

  it("ends trials above the best by more than the factor when less is better", () => {
    const policy = bandit({ slackFactor: 0.2 });
    assert.deepEqual(ending(policy, [[1], [1.2], [1.21]], { at: 1, goal: "Minimize" }), [2]);
  });

  it("takes an amount, and holds below zero", () => {
    assert.deepEqual(ending(bandit({ slackAmount: 0.5 }), [[1], [0.5], [0.4]], { at: 1 }), [2]);
    assert.deepEqual(ending(bandit({ slackFactor: 1 }), [[-10], [-15], [-16]], { at: 1 }), [2]);
  });

  it("compares an old trial only with what it had at the same interval", () => {
    assert.deepEqual(ending(bandit({ slackFactor: 0.1 }), [[0.1, 0.9], [0.1]], { at: 1 }), []);
    assert.deepEqual(
      ending(
        bandit({ slackFactor: 0.1 }),
        [
          [0.1, 0.9],
          [0.1, 0.2],
        ],
        { at: 2 },
      ),
      [1],
    );
  });

  it("ends what is no number once others are", () => {
    assert.deepEqual(ending(bandit({ slackFactor: 0.1 }), [[0.5], [Number.NaN]], { at: 1 }), [1]);
    assert.deepEqual(ending(bandit({ slackFactor: 0.1 }), [[Number.NaN], [Number.NaN]], { at: 1 }), []);
  });
});

describe("median stopping", () => {
  it("ends a trial whose best is worse than the median of the averages", () => {
    assert.deepEqual(
      ending(
        median,
        [
          [1, 3],
          [2, 4],
          [5, 7],
          [1, 2],
        ],
        { at: 2 },
      ),
      [3],
    );
    assert.deepEqual(ending(median, [[9], [5], [1]], { at: 1, goal: "Minimize" }), [0]);
  });

  it("leaves a trial alone that nobody can be compared with", () => {
    assert.deepEqual(ending(median, [[1, 2, 3]], { at: 3 }), []);
    assert.deepEqual(ending(median, [[1, 2, 3], [5]], { at: 3 }), []);
  });
});

describe("truncation selection", () => {
  it("ends the lowest share of those that came so far", () => {
    const values = [[1], [2], [3], [4], [5], []];
    assert.deepEqual(ending(truncation(20), values, { at: 1 }), [0]);
    assert.deepEqual(ending(truncation(40), values, { at: 1 }), [0, 1]);
    assert.deepEqual(ending(truncation(40), values, { at: 1, goal: "Minimize" }), [3, 4]);
  });

  it("ends none of few, and none that is as good as the next", () => {
    assert.deepEqual(ending(truncation(20), [[1], [2], [3], [4]], { at: 1 }), []);
    assert.deepEqual(ending(truncation(50), [[1], [1], [1], [1]], { at: 1 }), []);
  });

  it("leaves ended trials out of the count when it is told so", () => {
    const values = [[1], [2], [3], [4]];
    assert.deepEqual(ending(truncation(50), values, { at: 1, ended: [0, 1] }), [0, 1]);
    assert.deepEqual(ending(truncation(50, true), values, { at: 1, ended: [0, 1] }).includes(2), true);
  });
});

describe("every policy", () => {
  const series = fc.array(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 12,
  });
  const policies = fc.oneof(
    fc.double({ min: 0, max: 2, noNaN: true }).map((slackFactor) => bandit({ slackFactor })),
    fc.double({ min: 0, max: 50, noNaN: true }).map((slackAmount) => bandit({ slackAmount })),
    fc.constant(median),
    fc.integer({ min: 1, max: 99 }).map((percentage) => truncation(percentage)),
  );

  it("spares the best trial of the interval", () => {
    fc.assert(
      fc.property(series, policies, fc.constantFrom<Goal>("Minimize", "Maximize"), (values, policy, goal) => {
        const bests = values.map((one) => bestOf(one, 1, goal) ?? 0);
        const best = goal === "Maximize" ? Math.max(...bests) : Math.min(...bests);
        const ended = ending(policy, values, { at: 1, goal });
        for (const index of ended) assert.notEqual(bests[index], best);
      }),
    );
  });

  it("says the same of losses as of gains with the sign turned, where it measures no ratio", () => {
    const unsigned = policies.filter((policy) => policy.kind !== "bandit" || policy.slackAmount !== undefined);
    fc.assert(
      fc.property(series, unsigned, (values, policy) => {
        const turned = values.map((one) => one.map((value) => -value));
        assert.deepEqual(
          ending(policy, values, { at: 1, goal: "Maximize" }),
          ending(policy, turned, { at: 1, goal: "Minimize" }),
        );
      }),
    );
  });

  it("ends a trial that is worse than one that it ends", () => {
    fc.assert(
      fc.property(series, policies, (values, policy) => {
        const firsts = values.map((one) => one.slice(0, 1));
        const ended = ending(policy, firsts, { at: 1 });
        const limit = Math.max(...ended.map((index) => firsts[index]?.[0] ?? 0));
        const worse = firsts.flatMap(([value], index) => (value !== undefined && value < limit ? [index] : []));
        assert.ok(worse.every((index) => ended.includes(index)));
      }),
    );
  });
});
