import type { CommandJob } from "@lazuli/contract/jobs/command.ts";
import { parseResourcePath, resourceKey } from "@lazuli/contract/resource-id.ts";

import {
  IMPLIED_COMPUTES,
  impliedPoolConfig,
  poolConfigOf,
  type PoolConfig,
} from "../../../engine/placement/pool-config.ts";
import type { Resources } from "../../../engine/resources/resources.ts";

/** Marks a job that the Python SDK was asked to run with `compute="local"`. */
const LOCAL_PROPERTY = "IsLocal";

export interface JobCompute {
  readonly name: string;
  readonly id: string;
  readonly poolKey: string;
}

/** The compute that a job names; `serverless` when it names none. */
export function computeOf(job: Pick<CommandJob, "computeId" | "resources">, workspaceId: string): JobCompute {
  const isLocal = job.resources?.properties?.[LOCAL_PROPERTY] !== undefined;
  const reference = (job.computeId ?? (isLocal ? "local" : "serverless")).replace(/^azureml:(?!\/\/)/, "");
  const parsed = reference.startsWith("/") ? parseResourcePath(reference) : undefined;
  const name = parsed === undefined ? reference : (parsed.segments.at(-1)?.[1] ?? reference);
  const id = parsed === undefined ? `${workspaceId}/computes/${name}` : reference;
  return { name, id, poolKey: resourceKey(id) };
}

/** What the compute offers; `undefined` when it does not exist. */
export async function offerOf(
  compute: JobCompute,
  context: { resources: Resources; slotCount: number },
): Promise<PoolConfig | undefined> {
  const resource = await context.resources.find(compute.id);
  if (resource !== undefined && resource.deletedAt === undefined) return poolConfigOf(resource);
  const isImplied = IMPLIED_COMPUTES.includes(compute.name.toLowerCase());
  return isImplied ? impliedPoolConfig(compute.name, rootKeyOf(compute), context.slotCount) : undefined;
}

/** Key of the workspace that the compute lies in. */
function rootKeyOf(compute: JobCompute): string {
  return compute.poolKey.slice(0, compute.poolKey.lastIndexOf("/computes/"));
}
