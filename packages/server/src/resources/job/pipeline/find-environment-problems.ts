import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";

import { isChooser, type PipelineDefinition } from "../../../domain/pipelines/pipeline-definition.ts";
import type { JobDependencies } from "../job-dependencies.ts";

/** Environments of steps that are not there, or that could not be made: each once, at the first step that names it. */
export async function findEnvironmentProblems(
  definition: PipelineDefinition,
  { workspaceId, deps }: { workspaceId: string; deps: Pick<JobDependencies, "environments"> },
): Promise<ErrorDetail[]> {
  const targets = new Map<string, string>();
  for (const [name, node] of Object.entries(definition.nodes)) {
    // A choice runs nothing, whatever its component says.
    if (node.kind !== "step" || isChooser(node.spec)) continue;
    const { environment, task } = node.spec;
    const wanted = [
      [environment, "environment"],
      [environmentOf(task), "task.environment"],
    ] as const;
    for (const [reference, key] of wanted) {
      if (typeof reference !== "string" || reference.includes("${{") || targets.has(reference)) continue;
      targets.set(reference, `properties.jobs.${name}.${key}`);
    }
  }
  const found = [...targets].map(([reference, target]) => check(reference, { target, workspaceId, deps }));
  return (await Promise.all(found)).flat();
}

function environmentOf(task: unknown): unknown {
  return typeof task === "object" && task !== null && "environment" in task ? task.environment : undefined;
}

async function check(
  reference: string,
  { target, workspaceId, deps }: { target: string; workspaceId: string; deps: Pick<JobDependencies, "environments"> },
): Promise<ErrorDetail[]> {
  try {
    const { issues } = await deps.environments.resolve(reference, workspaceId);
    return issues.map((issue) => ({ ...issue, target }));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return [{ code: "UnknownEnvironment", message: error.message, target }];
  }
}
