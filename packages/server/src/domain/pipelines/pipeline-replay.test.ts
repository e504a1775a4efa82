import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { evaluatePipeline } from "./evaluate-pipeline.ts";
import type { PipelineNode } from "./pipeline-definition.ts";
import { joinFacts, type ChildFact } from "./pipeline-facts.ts";
import { buildGraph, type PipelineGraph } from "./pipeline-graph.ts";
import { control, definition, out, step } from "./test-definition.ts";

const STEPS_MAX = 20_000;

/** A pipeline of random steps, decisions and loops, with what each job comes to. */
interface Case {
  readonly graph: PipelineGraph;
  /** What a job of an instance ends with; the same whenever it is asked. */
  readonly endOf: (instance: string) => ChildFact;
}

const nodeSpec = fc.record({
  kind: fc.constantFrom("step", "step", "step", "ifElse", "doWhile", "parallelFor"),
  reads: fc.array(fc.nat(1_000), { maxLength: 3 }),
  isOptional: fc.boolean(),
  size: fc.integer({ min: 1, max: 4 }),
});

const cases: fc.Arbitrary<Case> = fc
  .record({
    specs: fc.array(nodeSpec, { minLength: 1, maxLength: 12 }),
    failures: fc.array(fc.nat(40), { maxLength: 3 }),
  })
  .map(({ specs, failures }) => {
    const nodes: Record<string, PipelineNode> = {};
    specs.forEach((spec, index) => addNode(nodes, { ...spec, index }));
    const { graph } = buildGraph(definition(nodes));
    const endOf = (instance: string): ChildFact => {
      const number = Array.from(instance).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 41, 7);
      if (failures.includes(number)) return { status: "failed", values: {} };
      return { status: "completed", values: { out: number % 3 === 0 ? "false" : "true" } };
    };
    return { graph, endOf };
  });

type Drawn = { kind: string; reads: number[]; isOptional: boolean; size: number; index: number };

function addNode(nodes: Record<string, PipelineNode>, { kind, reads, isOptional, size, index }: Drawn): void {
  const before = Object.keys(nodes).filter((name) => nodes[name]?.kind === "step");
  const read = (at: number) => before[at % before.length] ?? "";
  const inputs = before.length === 0 ? {} : Object.fromEntries(reads.map((at, order) => [`x${order}`, out(read(at))]));
  const declared = Object.fromEntries(
    Object.keys(inputs).map((name) => [name, { type: "string", optional: isOptional }]),
  );
  const body = () => step(inputs, { inputs: declared });
  nodes[`n${index}`] = body();
  if (kind === "ifElse" && before.length > 0) {
    nodes[`no${index}`] = step();
    const condition = out(read(reads[0] ?? 0));
    nodes[`if${index}`] = control({ type: "if_else", condition, true_block: `n${index}`, false_block: `no${index}` });
  }
  if (kind === "doWhile") {
    const limits = { max_iteration_count: size };
    nodes[`while${index}`] = control({ type: "do_while", body: `n${index}`, condition: "out", limits });
  }
  if (kind === "parallelFor") {
    const items = Array.from({ length: size }, () => ({}));
    nodes[`for${index}`] = control({ type: "parallel_for", body: `n${index}`, items, max_concurrency: 2 });
  }
}

interface Run {
  readonly ends: Readonly<Record<string, string>>;
  readonly outcome: string;
  readonly startCounts: ReadonlyMap<string, number>;
}

/**
 * Plays a pipeline: jobs end when `next` says so, and each end is a message that may be late, come twice or never. Who
 * hears nothing looks at the jobs for itself, as the reconciler does now and then.
 */
function play({ graph, endOf }: Case, next: () => number, continueOnStepFailure: boolean): Run {
  const jobs = new Map<string, ChildFact>();
  const known = new Map<string, ChildFact>();
  const messages: { instance: string; fact: ChildFact }[] = [];
  const startCounts = new Map<string, number>();
  const policy = { continueOnStepFailure, runOnFailedOptionalInput: true, activeMax: 5 };
  for (let turn = 0; turn < STEPS_MAX; turn += 1) {
    const now = evaluatePipeline(graph, { childOf: (instance) => known.get(instance), literals: {}, policy });
    for (const instance of now.start) {
      // Making a job that is there already finds it.
      if (!jobs.has(instance)) startCounts.set(instance, (startCounts.get(instance) ?? 0) + 1);
      jobs.set(instance, jobs.get(instance) ?? { status: "active", values: {} });
      known.set(instance, { status: "active", values: {} });
    }
    if (now.outcome !== undefined) return { ends: endsOf(now.units), outcome: now.outcome, startCounts };
    const running = [...jobs].filter(([, fact]) => fact.status === "active").map(([instance]) => instance);
    const ending = running[next() % Math.max(1, running.length)];
    if (ending !== undefined && next() % 3 > 0) {
      const fact: ChildFact = now.isStopping ? { status: "canceled", values: {} } : endOf(ending);
      jobs.set(ending, fact);
      const copies = next() % 3;
      for (let copy = 0; copy < copies; copy += 1)
        messages.splice(next() % (messages.length + 1), 0, { instance: ending, fact });
      if (next() % 4 === 0) messages.push({ instance: ending, fact: { status: "active", values: {} } });
    }
    const heard = next() % 2 === 0 ? messages.shift() : undefined;
    if (heard !== undefined) known.set(heard.instance, joinFacts(known.get(heard.instance), heard.fact));
    if (next() % 7 === 0)
      for (const [instance, fact] of jobs) known.set(instance, joinFacts(known.get(instance), fact));
  }
  throw new Error("The pipeline did not come to an end.");
}

function endsOf(units: ReadonlyMap<string, { status: string; branch?: boolean; roundCount?: number }>) {
  return Object.fromEntries(
    [...units].map(([name, { status, branch, roundCount }]) => [
      name,
      `${status} ${String(branch)} ${String(roundCount)}`,
    ]),
  );
}

function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

describe("a pipeline replayed", () => {
  it("ends the same in whatever order its steps end and its messages arrive", () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), (one, first, second) => {
        const [left, right] = [play(one, chance(first), true), play(one, chance(second), true)];
        assert.deepEqual(left.ends, right.ends);
        assert.equal(left.outcome, right.outcome);
        assert.deepEqual([...left.startCounts.keys()].sort(), [...right.startCounts.keys()].sort());
      }),
      { numRuns: 300 },
    );
  });

  it("makes no job twice, and fails exactly when a step does", () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.boolean(), (one, seed, continues) => {
        const run = play(one, chance(seed), continues);
        assert.ok([...run.startCounts.values()].every((count) => count === 1));
        const isFailed = Object.values(run.ends).some((end) => end.startsWith("failed") || end.startsWith("canceled"));
        assert.equal(run.outcome, isFailed ? "failed" : "completed");
      }),
      { numRuns: 300 },
    );
  });
});
