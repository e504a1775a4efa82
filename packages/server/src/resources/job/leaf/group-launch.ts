import type { GroupLaunch } from "@lazuli/contract/node/task-group.ts";

import type { Leaf } from "./leaf-job.ts";
import { nodeCountOf } from "./task-ids.ts";

/** Nodes of this machine reach each other here. */
export const NODE_ADDRESS = "127.0.0.1";

type GroupJob = Pick<Leaf, "properties">;

/** Whether the job's processes have to find each other: it has several nodes, or says how they work together. */
export function isGroup(job: GroupJob): boolean {
  return nodeCountOf(job) > 1 || job.properties.distribution != null;
}

/** Whether the first node decides and the others only serve it. */
export function isLed(job: GroupJob): boolean {
  const { distribution, additions } = job.properties;
  return distribution?.distributionType === "Ray" || additions?.isLed === true;
}

/** Ports that the job's processes need on the machine: one to meet at, and those of their framework. */
export function portCountOf(job: GroupJob): number {
  const { distribution } = job.properties;
  if (distribution?.distributionType === "TensorFlow") {
    return 1 + (distribution.workerCount ?? nodeCountOf(job)) + (distribution.parameterServerCount ?? 0);
  }
  return distribution?.distributionType === "Ray" ? 3 : 1;
}

/**
 * How the processes of each node are started.
 *
 * @param ports As many as {@link portCountOf} says, without the one to meet at.
 */
export function groupLaunchOf(job: GroupJob, ports: readonly number[]): GroupLaunch {
  const { distribution } = job.properties;
  switch (distribution?.distributionType) {
    case undefined:
      return { kind: "Plain" };
    case "PyTorch":
    case "Mpi":
      return { kind: distribution.distributionType, processCount: distribution.processCountPerInstance ?? 1 };
    case "TensorFlow": {
      const hosts = ports.map((port) => `${NODE_ADDRESS}:${port}`);
      const workerCount = distribution.workerCount ?? nodeCountOf(job);
      return {
        kind: "TensorFlow",
        workers: hosts.slice(0, workerCount),
        parameterServers: hosts.slice(workerCount),
      };
    }
    case "Ray": {
      const [port = 6379, dashboardPort] = ports;
      const ownDashboard = distribution.dashboardPort ?? dashboardPort;
      return {
        kind: "Ray",
        port: distribution.port ?? port,
        ...(distribution.address != null && { address: distribution.address }),
        ...(distribution.includeDashboard === true && ownDashboard !== undefined && { dashboardPort: ownDashboard }),
        headArguments: distribution.headNodeAdditionalArgs ?? "",
        workerArguments: distribution.workerNodeAdditionalArgs ?? "",
      };
    }
  }
}
