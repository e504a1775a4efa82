/** A size of virtual machine that Azure's clients may name. Local nodes take its GPUs seriously and record the rest. */
export interface VmSize {
  readonly name: string;
  readonly coreCount: number;
  readonly memoryGib: number;
  readonly gpuCount: number;
}

/** Sizes of Azure that computes and jobs name most: name, cores, GiB of memory, GPUs. */
const SIZES: readonly (readonly [string, number, number, number])[] = [
  ["Standard_D1_v2", 1, 3.5, 0],
  ["Standard_D2_v2", 2, 7, 0],
  ["Standard_D3_v2", 4, 14, 0],
  ["Standard_D4_v2", 8, 28, 0],
  ["Standard_D11_v2", 2, 14, 0],
  ["Standard_D12_v2", 4, 28, 0],
  ["Standard_D13_v2", 8, 56, 0],
  ["Standard_DS1_v2", 1, 3.5, 0],
  ["Standard_DS2_v2", 2, 7, 0],
  ["Standard_DS3_v2", 4, 14, 0],
  ["Standard_DS4_v2", 8, 28, 0],
  ["Standard_DS5_v2", 16, 56, 0],
  ["Standard_DS11_v2", 2, 14, 0],
  ["Standard_DS12_v2", 4, 28, 0],
  ["Standard_DS13_v2", 8, 56, 0],
  ["Standard_D2s_v3", 2, 8, 0],
  ["Standard_D4s_v3", 4, 16, 0],
  ["Standard_D8s_v3", 8, 32, 0],
  ["Standard_D16s_v3", 16, 64, 0],
  ["Standard_E2s_v3", 2, 16, 0],
  ["Standard_E4s_v3", 4, 32, 0],
  ["Standard_E8s_v3", 8, 64, 0],
  ["Standard_E16s_v3", 16, 128, 0],
  ["Standard_F2s_v2", 2, 4, 0],
  ["Standard_F4s_v2", 4, 8, 0],
  ["Standard_F8s_v2", 8, 16, 0],
  ["Standard_F16s_v2", 16, 32, 0],
  ["Standard_NC6", 6, 56, 1],
  ["Standard_NC12", 12, 112, 2],
  ["Standard_NC24", 24, 224, 4],
  ["Standard_NC6s_v2", 6, 112, 1],
  ["Standard_NC12s_v2", 12, 224, 2],
  ["Standard_NC24s_v2", 24, 448, 4],
  ["Standard_NC6s_v3", 6, 112, 1],
  ["Standard_NC12s_v3", 12, 224, 2],
  ["Standard_NC24s_v3", 24, 448, 4],
  ["Standard_NC24rs_v3", 24, 448, 4],
  ["Standard_NC4as_T4_v3", 4, 28, 1],
  ["Standard_NC8as_T4_v3", 8, 56, 1],
  ["Standard_NC16as_T4_v3", 16, 110, 1],
  ["Standard_NC64as_T4_v3", 64, 440, 4],
  ["Standard_NC24ads_A100_v4", 24, 220, 1],
  ["Standard_NC48ads_A100_v4", 48, 440, 2],
  ["Standard_NC96ads_A100_v4", 96, 880, 4],
  ["Standard_NC40ads_H100_v5", 40, 320, 1],
  ["Standard_NC80adis_H100_v5", 80, 640, 2],
  ["Standard_ND6s", 6, 112, 1],
  ["Standard_ND12s", 12, 224, 2],
  ["Standard_ND24s", 24, 448, 4],
  ["Standard_ND40rs_v2", 40, 672, 8],
  ["Standard_ND96asr_v4", 96, 900, 8],
  ["Standard_ND96amsr_A100_v4", 96, 1_900, 8],
  ["Standard_ND96isr_H100_v5", 96, 1_900, 8],
  ["Standard_ND96isr_H200_v5", 96, 1_850, 8],
  ["Standard_NV6", 6, 56, 1],
  ["Standard_NV12", 12, 112, 2],
  ["Standard_NV24", 24, 224, 4],
  ["Standard_NV12s_v3", 12, 112, 1],
  ["Standard_NV24s_v3", 24, 224, 2],
  ["Standard_NV48s_v3", 48, 448, 4],
  ["Standard_NV36ads_A10_v5", 36, 440, 1],
  ["Standard_NV72ads_A10_v5", 72, 880, 2],
];

/** Families of sizes with GPUs; a size that is not in the table has at least one. */
const GPU_FAMILY = /^(?:standard_)?n[cdvp]\d/i;
/** `--gpus all`, `--gpus=2`, `--gpus '"device=0,1"'`. */
const GPU_ARGUMENT = /--gpus(?:=|\s+)["']*(all|\d+|device=[\w,-]+)/i;

export function listVmSizes(): readonly VmSize[] {
  return SIZES.map(([name, coreCount, memoryGib, gpuCount]) => ({ name, coreCount, memoryGib, gpuCount }));
}

/** GPUs of a node of this size. */
export function gpuCountOfSize(size: string | null | undefined): number {
  if (size == null) return 0;
  const known = SIZES.find(([name]) => name.toLowerCase() === size.toLowerCase());
  return known?.[3] ?? (GPU_FAMILY.test(size) ? 1 : 0);
}

/** GPUs that arguments for Docker ask for; `all` means those of the machine. */
export function gpuCountOfArguments(dockerArgs: string, machineGpuCount: number): number {
  const wish = GPU_ARGUMENT.exec(dockerArgs)?.[1]?.toLowerCase();
  if (wish === undefined) return 0;
  if (wish === "all") return machineGpuCount;
  return wish.startsWith("device=") ? wish.split(",").length : Number(wish);
}

/** What a job gets of the GPUs it asks for. */
export interface GpuShare {
  readonly gpusPerNode: number;
  /** What stood in for what was asked; `undefined` when the job gets just that. */
  readonly substitution: string | undefined;
}

/**
 * Shares the machine's GPUs among the nodes of one job, each for one node alone. A machine without enough of them runs
 * the job all the same, with fewer or on its processors, and says so: the point of a local run is that it runs.
 */
export function shareGpus(askedPerNode: number, nodeCount: number, machineGpuCount: number): GpuShare {
  if (askedPerNode === 0) return { gpusPerNode: 0, substitution: undefined };
  const gpusPerNode = Math.min(askedPerNode, Math.floor(machineGpuCount / nodeCount));
  if (gpusPerNode === askedPerNode) return { gpusPerNode, substitution: undefined };
  const asked = `${askedPerNode} GPU${askedPerNode === 1 ? "" : "s"} a node asked`;
  const machine = machineGpuCount === 0 ? "this machine has none" : `this machine has ${machineGpuCount} in all`;
  const outcome = gpusPerNode === 0 ? "runs on processors" : `gets ${gpusPerNode} a node`;
  return { gpusPerNode, substitution: `${asked}, ${machine}: ${outcome}` };
}
