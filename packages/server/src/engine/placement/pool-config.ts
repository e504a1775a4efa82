import { computePropertiesSchema, type ComputeProperties } from "@lazuli/contract/resources/compute.ts";

import { durationSeconds } from "../../domain/durations.ts";
import type { Resource } from "../resources/resource.ts";

/** What a compute lets its jobs use. */
export interface PoolConfig {
  /** Shown to people: `cpu-cluster`. */
  readonly name: string;
  /** Key of the workspace, whose quota counts. */
  readonly workspaceKey: string;
  readonly nodeCountMin: number;
  readonly nodeCountMax: number;
  /** How long a node without work stays; milliseconds. */
  readonly idleMs: number;
  readonly isStopped: boolean;
  /** Its jobs give way when others need the machine. */
  readonly isLowPriority: boolean;
  /** Size of virtual machine that its nodes stand for; `undefined` where jobs choose. */
  readonly vmSize: string | undefined;
}

type Limits = Pick<PoolConfig, "nodeCountMin" | "nodeCountMax" | "idleMs" | "isLowPriority" | "vmSize">;

/** Azure's own default of `idle_time_before_scale_down`. */
const IDLE_SECONDS_DEFAULT = 120;
/** Names of computes that jobs may use although nobody made them. */
export const IMPLIED_COMPUTES: readonly string[] = ["serverless", "local"];

/** What a compute resource offers its jobs. */
export function poolConfigOf(compute: Pick<Resource, "name" | "parentKey" | "properties" | "state">): PoolConfig {
  const properties = computePropertiesSchema.parse(compute.properties);
  return {
    name: compute.name,
    workspaceKey: compute.parentKey,
    ...limitsOf(properties),
    isStopped: compute.state["isStopped"] === true,
  };
}

/** What `serverless` and `local` offer: as many jobs at a time as the machine has cores. */
export function impliedPoolConfig(name: string, workspaceKey: string, coreCount: number): PoolConfig {
  return {
    name,
    workspaceKey,
    nodeCountMin: 0,
    nodeCountMax: Math.max(1, coreCount),
    idleMs: 0,
    isStopped: false,
    isLowPriority: false,
    vmSize: undefined,
  };
}

function limitsOf(properties: ComputeProperties): Limits {
  if (properties.computeType !== "AmlCompute") {
    const vmSize = properties.computeType === "ComputeInstance" ? properties.properties?.vmSize : undefined;
    return { nodeCountMin: 1, nodeCountMax: 1, idleMs: 0, isLowPriority: false, vmSize: vmSize ?? undefined };
  }
  const scale = properties.properties?.scaleSettings;
  const idleSeconds = durationSeconds(scale?.nodeIdleTimeBeforeScaleDown ?? "") ?? IDLE_SECONDS_DEFAULT;
  return {
    nodeCountMin: scale?.minNodeCount ?? 0,
    nodeCountMax: scale?.maxNodeCount ?? 1,
    idleMs: idleSeconds * 1000,
    isLowPriority: properties.properties?.vmPriority?.toLowerCase() === "lowpriority",
    vmSize: properties.properties?.vmSize ?? undefined,
  };
}
