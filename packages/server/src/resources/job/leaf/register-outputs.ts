import { PlatformError } from "@lazuli/contract/errors.ts";
import type { JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import { systemPrincipal, type Principal } from "../../../engine/access/principal.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { isModelType } from "./job-outputs.ts";
import type { Job, JobOutputState, JobState } from "../job-state.ts";
import { workspaceOf } from "../job-run.ts";

/** Versions tried when others register under the same name at the same time. */
const VERSION_TRIES_MAX = 20;
const VERSIONS_MAX = 10_000;

/**
 * Registers outputs that carry a name as data or model versions. The version remembers the job, so that a retry finds
 * what it registered before. An output that cannot be registered is a warning: what the job made is safe.
 */
export async function registerOutputs(
  job: Job,
  context: ResourceContext,
): Promise<Pick<JobState, "outputs" | "warnings">> {
  const desired = job.properties.outputs ?? {};
  const outputs: Record<string, JobOutputState> = { ...job.state.outputs };
  const warnings = [...job.state.warnings];
  for (const [name, actual] of Object.entries(job.state.outputs)) {
    const output = desired[name];
    if (output?.assetName == null || actual.assetId !== undefined) continue;
    try {
      outputs[name] = { ...actual, assetId: await registerOutput(job, { name, output, actual }, context) };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      warnings.push(`Output '${name}' could not be registered as '${output.assetName}': ${error.message}`);
    }
  }
  return { outputs, warnings };
}

async function registerOutput(
  job: Job,
  { name, output, actual }: { name: string; output: JobOutput; actual: JobOutputState },
  context: ResourceContext,
): Promise<string> {
  const isModel = isModelType(output.jobOutputType);
  const container = childId(workspaceOf(job), isModel ? "models" : "data", output.assetName ?? "");
  const properties = isModel
    ? { modelType: output.jobOutputType, modelUri: actual.uri, jobName: job.name, ...describe(job, output, name) }
    : { dataType: output.jobOutputType, dataUri: actual.uri, ...describe(job, output, name) };
  const principal: Principal = { ...systemPrincipal, name: job.state.submittedBy.name };
  for (let tries = 0; ; tries += 1) {
    const before = await listVersions(container, context);
    const own = before.find((version) => madeBy(version.properties) === `${job.name}/${name}`);
    if (own !== undefined) return own.id;
    const id = childId(
      container,
      "versions",
      output.assetVersion ?? nextVersion(before.map((version) => version.name)),
    );
    try {
      return (await context.resources.put({ id, properties, principal, ifNoneMatch: "*" })).resource.id;
    } catch (error) {
      const isTaken =
        error instanceof PlatformError && ["PreconditionFailed", "AlreadyExists", "Conflict"].includes(error.code);
      if (!isTaken || output.assetVersion != null || tries >= VERSION_TRIES_MAX) throw error;
    }
  }
}

function describe(job: Job, output: JobOutput, name: string) {
  return {
    ...(output.description != null && { description: output.description }),
    tags: {},
    properties: { "azureml.jobOutput": `${job.name}/${name}` },
  };
}

async function listVersions(container: string, context: ResourceContext) {
  const type = container.toLowerCase().includes("/models/") ? "workspaces/models/versions" : "workspaces/data/versions";
  const page = await context.resources.list({ parentKey: container.toLowerCase(), type, limit: VERSIONS_MAX });
  return page.items;
}

function madeBy(properties: Record<string, unknown>): unknown {
  const own = properties["properties"];
  return typeof own === "object" && own !== null && "azureml.jobOutput" in own ? own["azureml.jobOutput"] : undefined;
}

function nextVersion(names: readonly string[]): string {
  const numbers = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
  return String(Math.max(0, ...numbers) + 1);
}
