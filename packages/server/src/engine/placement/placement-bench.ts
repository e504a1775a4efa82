import type { SeatRequest } from "../../domain/placement/seat-request.ts";
import { ComputePools } from "./compute-pools.ts";
import type { PoolConfig } from "./pool-config.ts";

/** A machine large enough that only its computes set limits. */
const LARGE = { nodeCountMax: 1_000, coreCount: 1_000, gpuCount: 0 };

/** Pools for tests, on a clock that stands still, with what they woke. */
export function openPools(machine: Partial<typeof LARGE> = {}) {
  const woken: string[] = [];
  const clock = { time: 0, now: () => clock.time };
  const pools = new ComputePools({ clock, wake: (key) => woken.push(key), machine: { ...LARGE, ...machine } });
  return { pools, woken, clock };
}

export function poolConfig(values: Partial<PoolConfig> = {}): PoolConfig {
  return {
    name: "cpu-cluster",
    workspaceKey: "w",
    nodeCountMin: 0,
    nodeCountMax: 2,
    idleMs: 1000,
    isStopped: false,
    isLowPriority: false,
    vmSize: undefined,
    ...values,
  };
}

export function seatRequest(key: string, values: Partial<SeatRequest> = {}): SeatRequest {
  return {
    key,
    since: 0,
    nodeCount: 1,
    turnClass: 7,
    submitter: "ann",
    gpusPerNode: 0,
    isPreemptible: false,
    ...values,
  };
}
