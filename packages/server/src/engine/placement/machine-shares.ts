import { findLacks, type Lack, type Limits, type Need, type Share } from "../../domain/placement/capacity.ts";

/** How much there is in all of what computes share, besides quotas. */
export interface MachineShareLimits {
  /** Nodes that may be at work at a time, over all computes. */
  readonly nodeCountMax: number;
  readonly coreCount: number;
  readonly gpuCount: number;
}

/** What of the machine is in use, and by whose quota more may be. */
export class MachineShares {
  readonly #machine: MachineShareLimits;
  readonly #limits: Map<Share, number>;
  readonly #used = new Map<Share, number>();
  readonly #usedGpus = new Set<number>();

  constructor(machine: MachineShareLimits) {
    this.#machine = machine;
    this.#limits = new Map<Share, number>([
      ["nodes", machine.nodeCountMax],
      ["spare", Math.max(1, machine.coreCount)],
      ["gpus", machine.gpuCount],
    ]);
  }

  get limits(): Limits {
    return this.#limits;
  }

  used(share: Share): number {
    return this.#used.get(share) ?? 0;
  }

  /** @param limit `undefined` for none. */
  setLimit(share: Share, limit: number | undefined): void {
    if (limit === undefined) this.#limits.delete(share);
    else this.#limits.set(share, limit);
  }

  findLacks(needs: readonly Need[]): readonly Lack[] {
    return findLacks(needs, this.#used, this.#limits);
  }

  /** Why a share holds a job up, although there may be some of it left. */
  describe(share: Share, amount: number): Lack {
    return { share, used: this.used(share), limit: this.#limits.get(share) ?? 0, amount };
  }

  take(needs: readonly Need[]): void {
    for (const { share, amount } of needs) this.#used.set(share, this.used(share) + amount);
  }

  giveBack(needs: readonly Need[]): void {
    for (const { share, amount } of needs) this.#used.set(share, Math.max(0, this.used(share) - amount));
  }

  /** GPUs for each of some nodes; the lowest free ones. */
  takeGpus(nodeCount: number, gpusPerNode: number): number[][] {
    return Array.from({ length: nodeCount }, () => {
      const picked: number[] = [];
      for (let index = 0; index < this.#machine.gpuCount && picked.length < gpusPerNode; index += 1) {
        if (this.#usedGpus.has(index)) continue;
        this.#usedGpus.add(index);
        picked.push(index);
      }
      return picked;
    });
  }

  /** Notes GPUs that a job has kept over a restart. */
  claimGpus(gpus: readonly (readonly number[])[]): void {
    for (const index of gpus.flat()) this.#usedGpus.add(index);
  }

  giveBackGpus(gpus: readonly (readonly number[])[]): void {
    for (const index of gpus.flat()) this.#usedGpus.delete(index);
  }
}
