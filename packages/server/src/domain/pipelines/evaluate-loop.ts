import type { DoWhileNode, ParallelForNode } from "@lazuli/contract/jobs/pipeline-node.ts";

import { parseLoopItems } from "./loop-items.ts";
import type { PipelineNode } from "./pipeline-definition.ts";
import { roundOf } from "./pipeline-facts.ts";
import { portNameOf } from "./reference.ts";
import { resolveText } from "./resolve-text.ts";
import { parseFlag, type UnitResult, type UnitWorld } from "./unit-result.ts";

/** Azure's own limit. */
export const ROUNDS_MAX = 1_000;

export interface LoopWorld extends UnitWorld {
  readonly name: string;
  /** Node that is repeated. */
  readonly body: string;
}

export function evaluateLoop(node: PipelineNode & { kind: "doWhile" | "parallelFor" }, world: LoopWorld): UnitResult {
  return node.kind === "doWhile" ? evaluateDoWhile(node.node, world) : evaluateParallelFor(node.node, world);
}

/** Looks at round after round until one runs, is missing, or is the last. */
function evaluateDoWhile(node: DoWhileNode, world: LoopWorld): UnitResult {
  const roundCountMax = countOf(node.limits?.max_iteration_count, ROUNDS_MAX);
  for (let round = 0; ; round += 1) {
    const instance = roundOf(world.body, round);
    const fact = world.childOf(instance);
    if (fact === undefined) return { status: "ready", start: [instance], roundCount: round };
    const roundCount = round + 1;
    if (fact.status !== "completed") return { status: fact.status, roundCount };
    if (roundCount >= roundCountMax) return { status: "completed", roundCount };
    const goesOn = readCondition(node, fact.values);
    if (goesOn === undefined) {
      const output = typeof node.condition === "string" ? portNameOf(node.condition) : "";
      const reason = `Round ${roundCount} of '${world.name}' left neither true nor false in its output '${output}'.`;
      return { status: "failed", reason, roundCount };
    }
    if (!goesOn) return { status: "completed", roundCount };
  }
}

function readCondition(node: DoWhileNode, values: Readonly<Record<string, string>>): boolean | undefined {
  if (node.condition == null) return true;
  if (typeof node.condition === "boolean") return node.condition;
  return parseFlag(values[portNameOf(node.condition)] ?? "?");
}

function evaluateParallelFor(node: ParallelForNode, world: LoopWorld): UnitResult {
  const text = typeof node.items === "string" ? resolveText(node.items, world) : node.items;
  const parsed = parseLoopItems(text);
  if ("problem" in parsed) {
    return { status: "failed", reason: `'${world.name}' cannot use its items: ${parsed.problem}.` };
  }
  const { items } = parsed;
  const facts = items.map((_, index) => world.childOf(roundOf(world.body, index)));
  const activeCount = facts.filter((fact) => fact?.status === "active").length;
  const begunCount = facts.findLastIndex((fact) => fact !== undefined) + 1;
  const bad = facts.find((fact) => fact?.status === "failed") ?? facts.find((fact) => fact?.status === "canceled");
  const shared = { items, roundCount: begunCount };
  if (bad !== undefined && !world.policy.continueOnStepFailure) {
    return { status: bad.status, ...shared };
  }
  const concurrency = countOf(node.max_concurrency, items.length);
  const missing = facts.flatMap((fact, index) => (fact === undefined ? [roundOf(world.body, index)] : []));
  const start = missing.slice(0, Math.max(0, concurrency - activeCount));
  if (activeCount > 0) return { status: "active", ...shared, start };
  if (start.length > 0) return { status: "ready", ...shared, start };
  return { status: bad?.status ?? "completed", ...shared };
}

/** A positive number given as number or text; the most when it is neither. */
function countOf(value: number | string | null | undefined, most: number): number {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) && number > 0 ? Math.min(Math.floor(number), most) : most;
}
