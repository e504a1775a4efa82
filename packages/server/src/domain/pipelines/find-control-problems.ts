import { isPrimitiveType } from "@lazuli/contract/jobs/component-spec.ts";

import type { Issue } from "../issue.ts";
import { ROUNDS_MAX } from "./evaluate-loop.ts";
import { findReferenceProblems } from "./find-reference-problems.ts";
import { parseLoopItems } from "./loop-items.ts";
import type { PipelineDefinition, PipelineNode } from "./pipeline-definition.ts";
import { bodyOf, listBlocks } from "./pipeline-graph.ts";
import { portNameOf } from "./reference.ts";

type Control = Exclude<PipelineNode, { readonly kind: "step" }>;

/** What is wrong with a decision or a loop. */
export function findControlProblems(name: string, node: Control, definition: PipelineDefinition): Issue[] {
  switch (node.kind) {
    case "ifElse":
      return findDecisionProblems(name, node, definition);
    case "doWhile":
      return [...findBodyProblems(name, node, definition), ...findDoWhileProblems(name, node, definition)];
    case "parallelFor":
      return [...findBodyProblems(name, node, definition), ...findItemProblems(name, node, definition)];
  }
}

function findDecisionProblems(
  name: string,
  { node }: Control & { kind: "ifElse" },
  definition: PipelineDefinition,
): Issue[] {
  const target = `properties.jobs.${name}`;
  const blocks = [...listBlocks(node.true_block), ...listBlocks(node.false_block)];
  const missing = blocks
    .filter((block) => definition.nodes[block] === undefined)
    .map((block) => problem(target, `'${name}' leads to the step '${block}', which does not exist.`));
  const empty = blocks.length === 0 ? [problem(target, `'${name}' leads to no step; name one in a block.`)] : [];
  const { condition } = node;
  return [
    ...missing,
    ...empty,
    ...(typeof condition === "string" ? findReferenceProblems(condition, `${target}.condition`, definition) : []),
  ];
}

function findBodyProblems(
  name: string,
  node: Control & { kind: "doWhile" | "parallelFor" },
  definition: PipelineDefinition,
): Issue[] {
  const body = bodyOf(node) ?? "";
  if (definition.nodes[body]?.kind === "step") return [];
  return [problem(`properties.jobs.${name}.body`, `'${name}' repeats '${body}', which is no step of the pipeline.`)];
}

function findDoWhileProblems(
  name: string,
  node: Control & { kind: "doWhile" },
  definition: PipelineDefinition,
): Issue[] {
  const target = `properties.jobs.${name}`;
  const body = definition.nodes[bodyOf(node) ?? ""];
  if (body?.kind !== "step") return [];
  const outputs = body.spec.outputs ?? {};
  const inputs = { ...body.spec.inputs };
  const issues: Issue[] = [];
  const { condition, limits, mapping } = node.node;
  if (typeof condition === "string") {
    const output = outputs[portNameOf(condition)];
    if (output == null || !isPrimitiveType(output.type ?? "")) {
      const text = `The condition of '${name}' has to be an output of its body of type 'boolean', not '${portNameOf(condition)}'.`;
      issues.push(problem(`${target}.condition`, text));
    }
  }
  const most = Number(limits?.max_iteration_count ?? ROUNDS_MAX);
  if (!(most > 0 && most <= ROUNDS_MAX)) {
    const text = `'${name}' may repeat its body 1 to ${ROUNDS_MAX} times, not ${String(limits?.max_iteration_count)}.`;
    issues.push(problem(`${target}.limits.max_iteration_count`, text));
  }
  for (const [output, fed] of Object.entries(mapping ?? {})) {
    if (outputs[portNameOf(output)] === undefined) {
      issues.push(
        problem(`${target}.mapping`, `'${name}' maps '${portNameOf(output)}', which is no output of its body.`),
      );
    }
    for (const input of typeof fed === "string" ? [fed] : fed) {
      if (inputs[portNameOf(input)] !== undefined) continue;
      issues.push(
        problem(`${target}.mapping`, `'${name}' feeds '${portNameOf(input)}', which is no input of its body.`),
      );
    }
  }
  return issues;
}

function findItemProblems(
  name: string,
  { node }: Control & { kind: "parallelFor" },
  definition: PipelineDefinition,
): Issue[] {
  const target = `properties.jobs.${name}.items`;
  const text = typeof node.items === "string" ? node.items : JSON.stringify(node.items);
  if (text.includes("${{")) return findReferenceProblems(text, target, definition);
  const parsed = parseLoopItems(text);
  return "problem" in parsed ? [problem(target, `'${name}' cannot use its items: ${parsed.problem}.`)] : [];
}

function problem(target: string, message: string): Issue {
  return { code: "InvalidControlFlow", message, target };
}
