import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { promisify } from "node:util";

/** What this machine has for tasks. */
export interface Machine {
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly gpuCount: number;
}

export interface MachineSources {
  /** Where `nvidia-smi` is looked for. */
  readonly searchPath: string;
  /** Where the driver lists its devices. */
  readonly driverFolder?: string;
  readonly deviceFolder?: string;
}

const NVIDIA_DEVICE = /^nvidia\d+$/;
const DRIVER_FOLDER = "/proc/driver/nvidia/gpus";
/** A tool that hangs on a broken driver does not keep the server from starting. */
const TOOL_MS_MAX = 5_000;

export async function inspectMachine(sources: MachineSources): Promise<Machine> {
  return { coreCount: availableParallelism(), memoryBytes: totalmem(), gpuCount: await countGpus(sources) };
}

/** The tool knows which devices work; without it the driver's own list counts, then the device files. */
async function countGpus({ searchPath, driverFolder = DRIVER_FOLDER, deviceFolder = "/dev" }: MachineSources) {
  const told = await askTool(searchPath);
  if (told !== undefined) return told;
  const known = await readdir(driverFolder).catch(() => []);
  if (known.length > 0) return known.length;
  const devices = await readdir(deviceFolder).catch(() => []);
  return devices.filter((name) => NVIDIA_DEVICE.test(name)).length;
}

/** Lines of `nvidia-smi`, one a GPU; `undefined` where there is no such program or no driver behind it. */
async function askTool(searchPath: string): Promise<number | undefined> {
  const query = ["--query-gpu=index", "--format=csv,noheader"];
  const options = { env: { PATH: searchPath }, timeout: TOOL_MS_MAX };
  const answer = await promisify(execFile)("nvidia-smi", query, options).catch(() => undefined);
  return answer?.stdout.split("\n").filter((line) => /^\d+$/.test(line.trim())).length;
}
