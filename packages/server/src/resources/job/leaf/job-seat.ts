import type { SeatRequest } from "../../../domain/placement/seat-request.ts";
import { isSpot, turnClassOf } from "../../../domain/placement/turn-class.ts";
import { gpuCountOfArguments, gpuCountOfSize, shareGpus, type GpuShare } from "../../../domain/placement/vm-sizes.ts";
import type { ComputePools } from "../../../engine/placement/compute-pools.ts";
import type { PoolConfig } from "../../../engine/placement/pool-config.ts";
import type { Leaf, LeafJob } from "./leaf-job.ts";
import { nodeCountOf } from "./task-ids.ts";

/** What the job asks its compute for. */
export function seatRequestOf(job: Leaf, offer: PoolConfig, pools: Pick<ComputePools, "gpuCount">): SeatRequest {
  return {
    key: job.key,
    since: job.createdAt,
    nodeCount: nodeCountOf(job),
    turnClass: turnClassOf(job.properties.queueSettings),
    submitter: job.state.submittedBy.id,
    gpusPerNode: gpuShareOf(job, offer, pools).gpusPerNode,
    isPreemptible: offer.isLowPriority || isSpot(job.properties.queueSettings),
  };
}

/** The GPUs that each of the job's nodes gets, and what that stands in for. */
export function gpuShareOf(
  job: Pick<Leaf, "properties">,
  offer: Pick<PoolConfig, "vmSize">,
  pools: Pick<ComputePools, "gpuCount">,
): GpuShare {
  return shareGpus(gpusAsked(job.properties, offer, pools.gpuCount), nodeCountOf(job), pools.gpuCount);
}

/** A cluster's size says what its nodes have; where the job chooses the size, the job's does. */
function gpusAsked(job: LeafJob, offer: Pick<PoolConfig, "vmSize">, machineGpuCount: number): number {
  const { dockerArgs, dockerArgsList, instanceType } = job.resources ?? {};
  const text = [dockerArgs ?? "", ...(dockerArgsList ?? [])].join(" ");
  return Math.max(gpuCountOfSize(offer.vmSize ?? instanceType), gpuCountOfArguments(text, machineGpuCount));
}
