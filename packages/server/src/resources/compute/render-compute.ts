import type { ComputeProperties } from "@lazuli/contract/resources/compute.ts";

import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { ComputePools } from "../../engine/placement/compute-pools.ts";
import type { Compute } from "./compute.ts";

/** Wire properties of a compute: what was asked, and its nodes as they are. */
export function renderCompute(compute: Compute, pools: ComputePools): Record<string, unknown> {
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
  if (properties.computeType === "AmlCompute") return { ...common, properties: renderPool(compute, properties, pools) };
  return { ...common, properties: renderInstance(compute) };
}

function renderPool(
  compute: Compute,
  properties: ComputeProperties & { computeType: "AmlCompute" },
  pools: ComputePools,
): Record<string, unknown> {
  const nodes = pools.listNodes(compute.key, poolConfigOf(compute));
  const runningNodeCount = nodes.filter(({ jobKey }) => jobKey !== undefined).length;
  return {
    osType: "Linux",
    vmPriority: "Dedicated",
    isolatedNetwork: false,
    remoteLoginPortPublicAccess: "NotSpecified",
    vmSize: "Local",
    ...properties.properties,
    allocationState: "Steady",
    allocationStateTransitionTime: new Date(compute.updatedAt).toISOString(),
    currentNodeCount: nodes.length,
    targetNodeCount: nodes.length,
    nodeStateCounts: {
      idleNodeCount: nodes.length - runningNodeCount,
      runningNodeCount,
      preparingNodeCount: 0,
      unusableNodeCount: 0,
      leavingNodeCount: 0,
      preemptedNodeCount: 0,
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
