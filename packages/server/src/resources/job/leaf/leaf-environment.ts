import type { FoundEnvironment } from "../../../engine/environments/environment-resolver.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { LeafJob } from "./leaf-job.ts";

/**
 * The environment that a leaf asks for, or the one that its kind brings along. Throws `NotFound`, and `BadRequest` for
 * what is no reference to an environment.
 */
export async function resolveLeafEnvironment(
  job: LeafJob,
  workspaceId: string,
  deps: Pick<JobDependencies, "environments">,
): Promise<FoundEnvironment> {
  const own = job.additions?.ownEnvironment;
  if (own === undefined) return deps.environments.resolve(job.environmentId, workspaceId);
  return {
    reference: "",
    spec: { name: own.name, pythonVersion: own.python, requirements: [], variables: {} },
    substitutions: {},
    issues: [],
  };
}
