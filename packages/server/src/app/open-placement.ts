import type { Clock } from "../base/clock.ts";
import type { Engine } from "../engine/engine.ts";
import { ComputePools } from "../engine/placement/compute-pools.ts";
import { Quotas } from "../engine/placement/quotas.ts";
import type { Config } from "./config.ts";
import { inspectMachine, type Machine } from "./machine.ts";
import type { Stores } from "./open-stores.ts";

/** Jobs' nodes at work at a time: the runners that one machine carries, less some for deployments. */
const NODE_COUNT_MAX = 240;

/** What decides which job runs where. */
export interface Placement {
  readonly machine: Machine;
  readonly pools: ComputePools;
  readonly quotas: Quotas;
}

/** Looks at the machine and puts the stored quotas into force, before any job asks for a node. */
export async function openPlacement(
  config: Config,
  parts: { clock: Clock; engine: Engine; stores: Stores },
): Promise<Placement> {
  const { clock, engine, stores } = parts;
  const machine = await inspectMachine({ searchPath: config.searchPath });
  const pools = new ComputePools({
    clock,
    wake: (jobKey) => engine.resources.wake(jobKey),
    machine: { ...machine, nodeCountMax: NODE_COUNT_MAX },
  });
  const quotas = new Quotas({ database: stores.quotaTables, pools });
  await quotas.restore();
  return { machine, pools, quotas };
}
