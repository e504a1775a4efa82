import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

/** Inputs of a sweep's trials that the sweep searches for: nobody gives them a value. None for other steps. */
export function searchedParameters(node: StepNode): ReadonlySet<string> {
  const space = node["search_space"];
  return new Set(typeof space === "object" && space !== null ? Object.keys(space) : []);
}
