import type { PipelineNode } from "./pipeline-definition.ts";
import { evaluateLoop, type LoopWorld } from "./evaluate-loop.ts";
import type { ChildFacts } from "./pipeline-facts.ts";
import { roundOf } from "./pipeline-facts.ts";
import type { Dependency, GraphUnit, PipelineGraph } from "./pipeline-graph.ts";
import { resolveText } from "./resolve-text.ts";
import { parseFlag, type EvaluationInput, type UnitResult, type UnitStatus, type UnitWorld } from "./unit-result.ts";

export interface PipelineEvaluation {
  readonly units: ReadonlyMap<string, UnitResult>;
  /** Instances to start now, at most as many as the policy allows. */
  readonly start: readonly string[];
  readonly activeCount: number;
  /** Nothing more is to start, and what runs is to end. */
  readonly isStopping: boolean;
  /** Set once nothing runs and nothing can start. */
  readonly outcome: "completed" | "failed" | undefined;
}

const FINAL: readonly UnitStatus[] = ["completed", "failed", "canceled", "skipped"];

/**
 * Where a pipeline stands and what is next, from nothing but its graph and what is known of its jobs: whoever asks
 * again with the same facts gets the same answer, in whatever order the facts arrived.
 */
export function evaluatePipeline(graph: PipelineGraph, input: EvaluationInput): PipelineEvaluation {
  const units = new Map<string, UnitResult>();
  const wanted: string[] = [];
  let activeCount = 0;
  for (const unit of graph.units) {
    const result = evaluateUnit(unit, { graph, units, ...input });
    units.set(unit.name, result);
    wanted.push(...(result.start ?? []));
    activeCount += countActive(unit, result, input.childOf);
  }
  const results = [...units.values()];
  const isFailed = results.some(({ status }) => status === "failed" || status === "canceled");
  const isStopping = isFailed && !input.policy.continueOnStepFailure;
  const room = Math.max(0, input.policy.activeMax - activeCount);
  const start = isStopping ? [] : wanted.slice(0, room);
  const isOver = activeCount === 0 && (isStopping || wanted.length === 0);
  return { units, start, activeCount, isStopping, outcome: isOver ? (isFailed ? "failed" : "completed") : undefined };
}

function evaluateUnit(unit: GraphUnit, world: UnitWorld): UnitResult {
  const begun = evaluateBegun(unit, world);
  if (begun !== undefined) return begun;
  const gate = evaluateGates(unit, world);
  if (gate !== undefined) return gate;
  const blocked = evaluateDependencies(unit.dependencies, world);
  if (blocked !== undefined) return blocked;
  const node = world.graph.definition.nodes[unit.name];
  if (node === undefined) return { status: "failed", reason: `Step '${unit.name}' does not exist.` };
  return evaluateFree(unit, node, world);
}

/** A step that has begun is what its job is, whatever it once waited for. */
function evaluateBegun(unit: GraphUnit, world: UnitWorld): UnitResult | undefined {
  if (unit.kind !== "step") return undefined;
  const fact = world.childOf(unit.name);
  return fact === undefined ? undefined : { status: fact.status };
}

function evaluateGates(unit: GraphUnit, world: UnitWorld): UnitResult | undefined {
  for (const gate of unit.gates) {
    const result = world.units.get(gate.node);
    if (result === undefined || !FINAL.includes(result.status)) return { status: "waiting" };
    if (result.status !== "completed") return { status: "skipped", reason: `'${gate.node}' made no decision` };
    if (result.branch !== gate.branch) {
      return { status: "skipped", reason: `the condition of '${gate.node}' is ${String(result.branch)}` };
    }
  }
  return undefined;
}

function evaluateDependencies(dependencies: readonly Dependency[], world: UnitWorld): UnitResult | undefined {
  let isWaiting = false;
  for (const { node, isOptional } of dependencies) {
    const status = world.units.get(node)?.status ?? "skipped";
    if (!FINAL.includes(status)) isWaiting = true;
    else if (status !== "completed" && !(isOptional && world.policy.runOnFailedOptionalInput)) {
      const what = status === "skipped" ? "was skipped" : status === "failed" ? "failed" : "was canceled";
      return { status: "skipped", reason: `'${node}' ${what}` };
    }
  }
  return isWaiting ? { status: "waiting" } : undefined;
}

/** Nothing is in the way any more. */
function evaluateFree(unit: GraphUnit, node: PipelineNode, world: UnitWorld): UnitResult {
  const loop: LoopWorld = { ...world, name: unit.name, body: unit.body ?? "" };
  switch (node.kind) {
    case "step":
      return unit.kind === "choose" ? choose(unit.name, node, world) : { status: "ready", start: [unit.name] };
    case "ifElse":
      return decide(unit.name, node.node.condition, world);
    case "doWhile":
    case "parallelFor":
      return evaluateLoop(node, loop);
  }
}

function decide(name: string, condition: string | boolean, world: UnitWorld): UnitResult {
  const answer = typeof condition === "boolean" ? condition : parseFlag(resolveText(condition, world));
  if (answer !== undefined) return { status: "completed", branch: answer };
  return { status: "failed", reason: `The condition of '${name}' is neither true nor false.` };
}

function choose(name: string, node: PipelineNode & { kind: "step" }, world: UnitWorld): UnitResult {
  const condition = node.node.inputs?.["condition"];
  const value = typeof condition === "object" && condition !== null ? condition.value : condition;
  const answer = parseFlag(resolveText(String(value ?? ""), world));
  if (answer === undefined) {
    return { status: "failed", reason: `The condition of '${name}' is neither true nor false.` };
  }
  return { status: "completed", branch: answer, chosenInput: answer ? "input_a" : "input_b" };
}

function countActive(unit: GraphUnit, result: UnitResult, childOf: ChildFacts): number {
  const { body } = unit;
  if (body === undefined) return result.status === "active" ? 1 : 0;
  const rounds = Array.from({ length: result.roundCount ?? 0 }, (_, round) => childOf(roundOf(body, round)));
  return rounds.filter((fact) => fact?.status === "active").length;
}
