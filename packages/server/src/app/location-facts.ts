import type { ComputePools } from "../engine/placement/compute-pools.ts";
import type { Machine } from "./machine.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** The one size there is: this machine. Other sizes' names are accepted on computes and mean the same. */
const LOCAL_SIZE = "LOCAL";

/** What Azure says of a region, said of this machine: sizes of virtual machines, and how much of it is in use. */
export function locationFacts(machine: Machine, pools: ComputePools): ReadonlyMap<string, () => Promise<unknown>> {
  const size = {
    name: LOCAL_SIZE,
    family: "localFamily",
    vCPUs: machine.coreCount,
    gpus: machine.gpuCount,
    memoryGB: Math.round((machine.memoryBytes / GIB) * 10) / 10,
    osVhdSizeMB: 0,
    maxResourceVolumeMB: Math.round(machine.memoryBytes / MIB),
    lowPriorityCapable: true,
    premiumIO: true,
    supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
  };
  const usage = (value: string, currentValue: number, limit: number) => ({
    id: value,
    name: { value, localizedValue: value },
    unit: "Count",
    type: "Microsoft.MachineLearningServices/usages",
    amlWorkspaceLocation: "local",
    currentValue,
    limit,
  });
  const facts: [string, () => Promise<unknown>][] = [
    ["vmsizes", async () => ({ value: [size] })],
    ["usages", async () => ({ value: [usage("Cores in use", pools.shares.used("nodes"), machine.coreCount)] })],
    ["quotas", async () => ({ value: [usage("Cores", machine.coreCount, machine.coreCount)] })],
  ];
  return new Map(facts);
}
