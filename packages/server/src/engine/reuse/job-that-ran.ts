import type { Resource } from "../resources/resource.ts";

/** Id and name of the job that wrote the logs of this one: of a step that was reused, that of the run it stands for. */
export function jobThatRan({ id, name, state }: Pick<Resource, "id" | "name" | "state">): { id: string; name: string } {
  const reusedFrom = state["reusedFrom"];
  if (typeof reusedFrom !== "string") return { id, name };
  return { id: `${id.slice(0, id.lastIndexOf("/") + 1)}${reusedFrom}`, name: reusedFrom };
}
