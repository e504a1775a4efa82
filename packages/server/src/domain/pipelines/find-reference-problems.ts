import { nearestName } from "../expressions/bind-template.ts";
import type { Issue } from "../issue.ts";
import { isArtifactsOutput, type PipelineDefinition, type PipelineNode } from "./pipeline-definition.ts";
import { parseBoundText, wholeReference, type Reference } from "./reference.ts";

/** Problems of the expressions in a text. */
export function findReferenceProblems(text: string, target: string, definition: PipelineDefinition): Issue[] {
  const bound = parseBoundText(text, target);
  const issues: Issue[] = [...bound.template.issues];
  for (const { source, reference } of bound.references) {
    if (reference === undefined) {
      const message = `'${source}' is not known in a pipeline; bind to '\${{parent.inputs.name}}' or '\${{parent.jobs.step.outputs.name}}'.`;
      issues.push({ code: "UnknownBinding", message, target });
    } else {
      issues.push(...findTargetProblem(reference, { source, target }, definition));
    }
  }
  return issues;
}

function findTargetProblem(
  reference: Reference,
  { source, target }: { source: string; target: string },
  definition: PipelineDefinition,
): Issue[] {
  const problem = (what: string, name: string, known: readonly string[]): Issue[] => {
    const nearest = nearestName(name, known);
    const advice = nearest === undefined ? listKnown(known) : ` Did you mean '${nearest}'?`;
    return [{ code: "UnknownBinding", message: `'${source}' names ${what} that does not exist.${advice}`, target }];
  };
  if (reference.kind === "input") {
    const known = Object.keys(definition.inputs);
    return known.includes(reference.input) ? [] : problem("an input of the pipeline", reference.input, known);
  }
  if (reference.kind === "parentOutput") {
    const { outputs } = definition;
    return outputs.includes(reference.output) ? [] : problem("an output of the pipeline", reference.output, outputs);
  }
  const node = definition.nodes[reference.node];
  if (node === undefined) return problem("a step", reference.node, Object.keys(definition.nodes));
  if (reference.kind !== "output") return [];
  const step = bodyStepOf(node, definition);
  if (step === undefined || isArtifactsOutput(step.spec, reference.output)) return [];
  const known = [...Object.keys(step.spec.outputs ?? {}), ...Object.keys(step.node.outputs ?? {})];
  return known.includes(reference.output)
    ? []
    : problem(`an output of step '${reference.node}'`, reference.output, known);
}

/** A loop has the outputs of its body. */
function bodyStepOf(
  node: PipelineNode,
  definition: PipelineDefinition,
): (PipelineNode & { readonly kind: "step" }) | undefined {
  if (node.kind === "step") return node;
  if (node.kind === "ifElse") return undefined;
  const reference = wholeReference(node.node.body);
  const body = definition.nodes[reference?.kind === "node" ? reference.node : node.node.body];
  return body?.kind === "step" ? body : undefined;
}

/** The names that could have been meant, for the end of a sentence. */
export function listKnown(known: readonly string[]): string {
  return known.length === 0 ? "" : ` There are: ${known.map((name) => `'${name}'`).join(", ")}.`;
}
