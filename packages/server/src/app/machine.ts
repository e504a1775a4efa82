import { readdir } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";

/** What this machine has for tasks. */
export interface Machine {
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly gpuCount: number;
}

const NVIDIA_DEVICE = /^nvidia\d+$/;

/** Counted from device files: asking a tool would mean to start a process. */
export async function inspectMachine(): Promise<Machine> {
  const devices = await readdir("/dev").catch(() => []);
  const gpuCount = devices.filter((name) => NVIDIA_DEVICE.test(name)).length;
  return { coreCount: availableParallelism(), memoryBytes: totalmem(), gpuCount };
}
