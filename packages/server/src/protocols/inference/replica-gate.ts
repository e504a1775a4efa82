import { PlatformError } from "@lazuli/contract/errors.ts";

import type { ServedDeployment, ServedReplica } from "../../engine/serving/serving-table.ts";

interface Waiter {
  /** The deployment as it is at the moment of asking: replicas come and go while a request waits. */
  readonly current: () => ServedDeployment | undefined;
  readonly take: (replica: ServedReplica) => void;
}

export interface GateRequest {
  /** Identifies the deployment, for its queue. */
  readonly key: string;
  readonly current: () => ServedDeployment | undefined;
  /** Replicas that this request tried in vain. */
  readonly except: ReadonlySet<string>;
}

/**
 * Lets as many requests through to each replica as its deployment allows, the least busy replica first. As many again may
 * wait; what comes on top is refused at once, as Azure does, because a growing queue helps nobody.
 */
export class ReplicaGate {
  readonly #busy = new Map<string, number>();
  readonly #waiters = new Map<string, Set<Waiter>>();

  /**
   * A place on a replica, to be given back with {@link release}.
   *
   * Throws `Unavailable` when no replica is there, `TooManyRequests` when all are busy and the wait is full or too long.
   */
  async acquire(request: GateRequest, signal: AbortSignal): Promise<ServedReplica> {
    const deployment = request.current();
    if (deployment === undefined || deployment.replicas.length === 0) throw noReplica(deployment?.name);
    const free = this.#findFree(deployment, request.except);
    if (free !== undefined) return this.#take(free);
    if (deployment.replicas.every((replica) => request.except.has(replica.taskId))) throw noReplica(deployment.name);
    return this.#wait(deployment, request, signal);
  }

  /** Gives the place back and lets the next in, if it may. */
  release(key: string, replica: ServedReplica): void {
    const busy = (this.#busy.get(replica.taskId) ?? 1) - 1;
    if (busy > 0) this.#busy.set(replica.taskId, busy);
    else this.#busy.delete(replica.taskId);
    for (const waiter of this.#waiters.get(key) ?? []) {
      const deployment = waiter.current();
      const free = deployment === undefined ? undefined : this.#findFree(deployment, NONE);
      if (free === undefined) return;
      waiter.take(this.#take(free));
    }
  }

  /** Requests under way on a replica. */
  busyCount(taskId: string): number {
    return this.#busy.get(taskId) ?? 0;
  }

  #take(replica: ServedReplica): ServedReplica {
    this.#busy.set(replica.taskId, (this.#busy.get(replica.taskId) ?? 0) + 1);
    return replica;
  }

  #findFree(deployment: ServedDeployment, except: ReadonlySet<string>): ServedReplica | undefined {
    let best: ServedReplica | undefined;
    let bestBusy = deployment.concurrencyMax;
    for (const replica of deployment.replicas) {
      const busy = this.#busy.get(replica.taskId) ?? 0;
      if (busy >= bestBusy || except.has(replica.taskId)) continue;
      best = replica;
      bestBusy = busy;
    }
    return best;
  }

  #wait(deployment: ServedDeployment, request: GateRequest, signal: AbortSignal): Promise<ServedReplica> {
    const queue = this.#waiters.get(request.key) ?? new Set<Waiter>();
    this.#waiters.set(request.key, queue);
    if (queue.size >= deployment.replicas.length * deployment.concurrencyMax) throw tooBusy(deployment);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        queue.delete(waiter);
        if (queue.size === 0) this.#waiters.delete(request.key);
      };
      const giveUp = () => {
        leave();
        reject(tooBusy(deployment));
      };
      const waiter: Waiter = {
        current: request.current,
        take: (replica) => {
          leave();
          resolve(replica);
        },
      };
      const timer = setTimeout(giveUp, deployment.queueWaitMs);
      signal.addEventListener("abort", giveUp);
      queue.add(waiter);
    });
  }
}

const NONE: ReadonlySet<string> = new Set();

function noReplica(name: string | undefined): PlatformError {
  const what = name === undefined ? "The deployment" : `Deployment '${name}'`;
  return new PlatformError("Unavailable", `${what} has no instance that is ready. Look at its logs.`);
}

function tooBusy(deployment: ServedDeployment): PlatformError {
  const places = deployment.replicas.length * deployment.concurrencyMax;
  return new PlatformError(
    "TooManyRequests",
    `Deployment '${deployment.name}' works on ${places} requests already and as many may wait. ` +
      "Try again later, or raise instance_count or max_concurrent_requests_per_instance.",
  );
}
