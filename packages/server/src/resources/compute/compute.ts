import { computePropertiesSchema, computeType, type ComputeProperties } from "@lazuli/contract/resources/compute.ts";
import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { durationSeconds } from "../../domain/durations.ts";
import {
  defineResource,
  type Action,
  type AdmitRequest,
  type ResourceDefinition,
} from "../../engine/define-resource.ts";
import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import { viewNodes } from "./node-views.ts";
import { preemptNodes } from "./preempt-nodes.ts";
import { renderCompute } from "./render-compute.ts";
import { renderNodes } from "./render-nodes.ts";

export interface ComputeDependencies {
  readonly pools: ComputePools;
  /** The machine that local nodes stand for. */
  readonly machine: Machine;
}

/** What this machine has. */
export interface Machine {
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly gpuCount: number;
}

export const computeStateSchema = z.object({
  /** Only of a compute instance. */
  isStopped: z.boolean().default(false),
  lastOperation: z.object({ name: z.string(), at: z.number() }).optional(),
});

export type ComputeState = z.infer<typeof computeStateSchema>;
export type Compute = Resource<ComputeProperties, ComputeState>;

/** Most nodes of one local pool: more processes than this no single machine carries. */
const NODE_COUNT_MAX = 1_000;
/** A compute that goes waits for its jobs to end. */
const CLOSING_CHECK_MS = 250;
const NAME = /^[a-zA-Z][a-zA-Z0-9-]{1,31}$/;

/** Pools of local nodes, and compute instances that are one. */
export function computeResource(deps: ComputeDependencies): ResourceDefinition<ComputeProperties, ComputeState> {
  return defineResource<ComputeProperties, ComputeState>({
    type: computeType,
    state: computeStateSchema,
    initialState: { isStopped: false },
    admit: async (request) => ({ properties: admitCompute(request), envelope: request.envelope }),
    async reconcile(compute) {
      deps.pools.configure(compute.key, offerOf(compute));
      if (compute.deletedAt === undefined) return { kind: "ready" };
      const busyCount = deps.pools.close(compute.key, `compute '${compute.name}' was deleted`);
      if (busyCount === 0) return { kind: "ready" };
      return { kind: "checkAgain", afterMs: CLOSING_CHECK_MS, reason: `waits for ${busyCount} jobs to end` };
    },
    render: async (compute, { resources }) =>
      renderCompute(compute, { ...deps, nodes: await viewNodes(compute, { ...deps, resources }) }),
    actions: {
      start: switchTo("Start", false),
      stop: switchTo("Stop", true),
      restart: switchTo("Restart", false),
      listNodes: async ({ resource }, { resources }) => renderNodes(await viewNodes(resource, { ...deps, resources })),
      preempt: async ({ resource, body }) => preemptNodes(resource, body, deps.pools),
    },
  });
}

/** A compute that is being deleted lets nobody in. */
function offerOf(compute: Compute) {
  const config = poolConfigOf(compute);
  return compute.deletedAt === undefined ? config : { ...config, nodeCountMin: 0, nodeCountMax: 0 };
}

function admitCompute(request: AdmitRequest<ComputeProperties, ComputeState>): ComputeProperties {
  const { properties, existing, name } = request;
  if (properties.computeType !== "AmlCompute" && properties.computeType !== "ComputeInstance") {
    throw new PlatformError(
      "Unsupported",
      `Compute '${name}' is of type '${properties.computeType}', which arrives in a later release. ` +
        "Use 'AmlCompute' or 'ComputeInstance' on this machine.",
      { target: "properties.computeType" },
    );
  }
  if (existing !== undefined && existing.properties.computeType !== properties.computeType) {
    throw new PlatformError("Conflict", `Compute '${name}' is a '${existing.properties.computeType}' and stays one.`, {
      target: "properties.computeType",
    });
  }
  const details = listProblems(name, properties);
  const first = details[0];
  if (first !== undefined)
    throw new PlatformError("BadRequest", first.message, { target: first.target ?? "", details });
  return withDefaults(properties);
}

function listProblems(name: string, properties: ComputeProperties): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const add = (target: string, message: string) => details.push({ code: "InvalidValue", message, target });
  if (!NAME.test(name)) {
    add("name", `'${name}' is no compute name: 2 to 32 letters, digits and '-', beginning with a letter.`);
  }
  if (properties.computeType !== "AmlCompute") return details;
  const scale = properties.properties?.scaleSettings;
  const target = "properties.properties.scaleSettings";
  if (scale == null) return details;
  if (scale.maxNodeCount > NODE_COUNT_MAX) {
    add(
      `${target}.maxNodeCount`,
      `'${scale.maxNodeCount}' nodes are more than one machine carries (${NODE_COUNT_MAX}).`,
    );
  }
  if ((scale.minNodeCount ?? 0) > scale.maxNodeCount) {
    add(
      `${target}.minNodeCount`,
      `'${scale.minNodeCount ?? 0}' nodes at least and '${scale.maxNodeCount}' at most contradict.`,
    );
  }
  const idle = scale.nodeIdleTimeBeforeScaleDown;
  if (idle != null && durationSeconds(idle) === undefined) {
    add(`${target}.nodeIdleTimeBeforeScaleDown`, `'${idle}' is no ISO 8601 duration; write 'PT120S' for two minutes.`);
  }
  return details;
}

function withDefaults(properties: ComputeProperties): ComputeProperties {
  if (properties.computeType !== "AmlCompute" || properties.properties?.scaleSettings != null) return properties;
  const scaleSettings = { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" };
  return computePropertiesSchema.parse({ ...properties, properties: { ...properties.properties, scaleSettings } });
}

function switchTo(operation: string, isStopped: boolean): Action<ComputeProperties, ComputeState> {
  return async ({ resource }, context) => {
    if (resource.properties.computeType !== "ComputeInstance") {
      throw new PlatformError(
        "BadRequest",
        `Compute '${resource.name}' is a '${resource.properties.computeType}', which starts and stops nodes by itself.`,
      );
    }
    const at = context.clock.now();
    await context.resources.updateState(resource.id, (latest) => ({
      ...latest.state,
      isStopped,
      lastOperation: { name: operation, at },
    }));
    return undefined;
  };
}
