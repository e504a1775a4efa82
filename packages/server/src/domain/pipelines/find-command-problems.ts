import { listPlaceholders } from "@lazuli/contract/shared/command-binding.ts";

import type { Issue } from "../issue.ts";
import type { PipelineNode } from "./pipeline-definition.ts";
import { searchedParameters } from "./searched-parameters.ts";

/**
 * What the command of a step's component names without declaring it, or without its having a value.
 *
 * @param fed Inputs that a loop brings along.
 */
export function findCommandProblems(
  name: string,
  { node, spec }: PipelineNode & { readonly kind: "step" },
  fed: ReadonlySet<string>,
): Issue[] {
  const target = `properties.jobs.${name}`;
  const inputs = spec.inputs ?? {};
  const outputs = { ...spec.outputs, ...node.outputs };
  const searched = searchedParameters(node);
  const issues: Issue[] = [];
  for (const placeholder of listPlaceholders(spec.command ?? "")) {
    const written = `\${{${placeholder.namespace}.${placeholder.name}}}`;
    const isInput = placeholder.namespace === "inputs";
    if (!isInput && placeholder.namespace !== "outputs") continue;
    if (isInput && searched.has(placeholder.name)) continue;
    const declared = isInput ? inputs : outputs;
    if (!Object.hasOwn(declared, placeholder.name)) {
      const message = `The component of step '${name}' uses '${written}' in its command, but declares no such ${isInput ? "input" : "output"}.`;
      issues.push({ code: "UnknownExpression", message, target });
      continue;
    }
    const input = isInput ? inputs[placeholder.name] : undefined;
    const isUnset = input?.optional === true && input.default == null && node.inputs?.[placeholder.name] == null;
    if (isUnset && !placeholder.isOptional && !fed.has(placeholder.name)) {
      const message = `Step '${name}' has no value for its optional input '${placeholder.name}', which its command always uses; set it, or put that part of the command into $[[ ]].`;
      issues.push({ code: "MissingValue", message, target: `${target}.inputs.${placeholder.name}` });
    }
  }
  return issues;
}
