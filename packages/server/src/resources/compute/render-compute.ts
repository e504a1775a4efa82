import type { ComputeProperties } from "@lazuli/contract/resources/compute.ts";

import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import type { Compute } from "./compute.ts";
import type { NodeState, NodeView } from "./node-views.ts";

/** What a compute is doing. */
export interface ComputeFacts {
  readonly pools: Pick<ComputePools, "waitingCount">;
  readonly nodes: readonly NodeView[];
}

/** Wire properties of a compute: what was asked, and its nodes as they are. */
export function renderCompute(compute: Compute, facts: ComputeFacts): Record<string, unknown> {
  const { properties } = compute;
  const common = {
    ...properties,
    computeLocation: properties.computeLocation ?? compute.envelope.location ?? "local",
    createdOn: new Date(compute.createdAt).toISOString(),
    modifiedOn: new Date(compute.updatedAt).toISOString(),
    provisioningErrors: null,
    isAttachedCompute: false,
    disableLocalAuth: properties.disableLocalAuth ?? true,
  };
  if (properties.computeType === "AmlCompute") return { ...common, properties: renderPool(compute, properties, facts) };
  return { ...common, properties: renderInstance(compute) };
}

function renderPool(
  compute: Compute,
  properties: ComputeProperties & { computeType: "AmlCompute" },
  { pools, nodes }: ComputeFacts,
): Record<string, unknown> {
  const count = (state: NodeState) => nodes.filter((node) => node.state === state).length;
  const goingCount = count("leaving") + count("preempted");
  return {
    osType: "Linux",
    vmPriority: "Dedicated",
    isolatedNetwork: false,
    remoteLoginPortPublicAccess: "NotSpecified",
    vmSize: "Local",
    ...properties.properties,
    allocationState: goingCount > 0 ? "Resizing" : "Steady",
    allocationStateTransitionTime: new Date(compute.updatedAt).toISOString(),
    currentNodeCount: nodes.length,
    targetNodeCount: nodes.length - goingCount,
    nodeStateCounts: {
      idleNodeCount: count("idle"),
      runningNodeCount: count("running"),
      preparingNodeCount: count("preparing"),
      unusableNodeCount: count("unusable"),
      leavingNodeCount: count("leaving"),
      preemptedNodeCount: count("preempted"),
    },
    errors: null,
    // How many jobs wait for a node; Azure has no such field, its clients ignore it.
    queuedJobCount: pools.waitingCount(compute.key),
  };
}

function renderInstance(compute: Compute): Record<string, unknown> {
  const { lastOperation, isStopped } = compute.state;
  return {
    vmSize: "Local",
    applicationSharingPolicy: "Personal",
    sshSettings: { sshPublicAccess: "Disabled" },
    ...(compute.properties.computeType === "ComputeInstance" ? compute.properties.properties : {}),
    state: isStopped ? "Stopped" : "Running",
    applications: [],
    connectivityEndpoints: { publicIpAddress: null, privateIpAddress: "127.0.0.1" },
    createdBy: { userName: compute.createdBy },
    errors: [],
    lastOperation: {
      operationName: lastOperation?.name ?? "Create",
      operationTime: new Date(lastOperation?.at ?? compute.createdAt).toISOString(),
      operationStatus: "Succeeded",
    },
  };
}
