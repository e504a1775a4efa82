import { computePropertiesSchema, type ComputeProperties } from "@lazuli/contract/resources/compute.ts";

import { durationSeconds } from "../../domain/durations.ts";
import type { Resource } from "../resources/resource.ts";
import type { PoolConfig } from "./compute-pools.ts";

/** Azure's own default of `idle_time_before_scale_down`. */
const IDLE_SECONDS_DEFAULT = 120;
/** Names of computes that jobs may use although nobody made them. */
export const IMPLIED_COMPUTES: readonly string[] = ["serverless", "local"];

/** What a compute resource offers its jobs. */
export function poolConfigOf(compute: Pick<Resource, "name" | "properties" | "state">): PoolConfig {
  const properties = computePropertiesSchema.parse(compute.properties);
  return { name: compute.name, ...limitsOf(properties), isStopped: compute.state["isStopped"] === true };
}

/** What `serverless` and `local` offer: as many jobs at a time as the machine has cores. */
export function impliedPoolConfig(name: string, coreCount: number): PoolConfig {
  return { name, nodeCountMin: 0, nodeCountMax: Math.max(1, coreCount), idleMs: 0, isStopped: false };
}

function limitsOf(properties: ComputeProperties): Pick<PoolConfig, "nodeCountMin" | "nodeCountMax" | "idleMs"> {
  if (properties.computeType !== "AmlCompute") return { nodeCountMin: 1, nodeCountMax: 1, idleMs: 0 };
  const scale = properties.properties?.scaleSettings;
  const idleSeconds = durationSeconds(scale?.nodeIdleTimeBeforeScaleDown ?? "") ?? IDLE_SECONDS_DEFAULT;
  return {
    nodeCountMin: scale?.minNodeCount ?? 0,
    nodeCountMax: scale?.maxNodeCount ?? 1,
    idleMs: idleSeconds * 1000,
  };
}
