import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

import { WriteConflict } from "../../database/database.ts";
import type { Outcome, ResourceContext, ResourceDefinition } from "../define-resource.ts";
import type { Operations, OperationStatus } from "../operations/operations.ts";
import type { ResourceChanges } from "../resources/change-feed.ts";
import type { ControlDatabase, ResourceStore, Step } from "../resources/resource-store.ts";
import type { ProvisioningState, Resource } from "../resources/resource.ts";
import { DueQueue } from "./due-queue.ts";
import { LEASE_RENEW_MS, type Lease } from "./lease.ts";

/** Resources that are reconciled at the same time. */
const RECONCILES_MAX = 64;
/** Waits after a reconcile that threw, doubling from the first to the last. */
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 60_000;

export interface ReconcilerParts {
  readonly database: ControlDatabase;
  readonly store: ResourceStore;
  readonly changes: ResourceChanges;
  readonly operations: Operations;
  readonly lease: Lease;
  readonly definitions: ReadonlyMap<string, ResourceDefinition>;
  readonly context: ResourceContext;
}

/**
 * Brings resources to what is desired of them: takes due keys, calls the definition's `reconcile`, writes the outcome
 * guarded by lease and revision. One at a time for each resource; what wakes a resource meanwhile makes it due again.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #queue: DueQueue;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failureCounts = new Map<string, number>();
  readonly #abort = new AbortController();
  #leaseTimer: NodeJS.Timeout | undefined;
  #holdsLease = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#queue = new DueQueue(
      () => parts.context.clock.now(),
      () => this.#startDue(),
    );
  }

  /** @param options `force`: no other server can be alive on this store (the home is locked). */
  async start(options: { force: boolean }): Promise<void> {
    this.#holdsLease = await this.#parts.lease.acquire(options);
    for (const { key, at } of await this.#parts.store.listToReconcile()) this.#queue.add(key, at);
    this.#leaseTimer = setInterval(() => void this.#renew(), LEASE_RENEW_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#leaseTimer);
    this.#queue.close();
    this.#abort.abort();
    await Promise.allSettled(this.#running.values());
    if (this.#holdsLease) await this.#parts.lease.release();
    this.#holdsLease = false;
  }

  wake(key: string, at: number): void {
    if (!this.#abort.signal.aborted) this.#queue.add(key, at);
  }

  async #renew(): Promise<void> {
    try {
      this.#holdsLease = await this.#parts.lease.acquire({ force: false });
      if (this.#holdsLease) this.#startDue();
    } catch (error) {
      this.#parts.context.log.error({ error: describeError(error) }, "the reconciler's lease could not be renewed");
    }
  }

  #startDue(): void {
    if (!this.#holdsLease || this.#abort.signal.aborted) return;
    const free = RECONCILES_MAX - this.#running.size;
    for (const key of this.#queue.take(free, (candidate) => !this.#running.has(candidate))) {
      const running = this.#reconcile(key).finally(() => {
        this.#running.delete(key);
        if (this.#queue.size > 0) this.#startDue();
      });
      this.#running.set(key, running);
    }
  }

  async #reconcile(key: string): Promise<void> {
    try {
      const resource = await this.#parts.store.find(key);
      if (resource === undefined) return;
      const outcome = await this.#outcomeOf(resource);
      await this.#write(resource, outcome);
      this.#failureCounts.delete(key);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      // Somebody wrote the resource meanwhile: what was seen is old, so look again at once.
      if (error instanceof WriteConflict) this.#queue.add(key, this.#parts.context.clock.now());
      else this.#retryLater(key, error);
    }
  }

  async #outcomeOf(resource: Resource): Promise<Outcome> {
    const definition = this.#parts.definitions.get(resource.type.toLowerCase());
    if (definition?.reconcile === undefined) return { kind: "ready" };
    try {
      return await definition.reconcile(resource, this.#parts.context, this.#abort.signal);
    } catch (error) {
      // A refusal that the user can act on ends the operation; anything else is tried again.
      if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
      return { kind: "failed", code: error.azureCode ?? error.code, message: error.message };
    }
  }

  async #write(resource: Resource, outcome: Outcome): Promise<void> {
    const { database, changes, store, operations, lease, context } = this.#parts;
    const now = context.clock.now();
    const isGone = outcome.kind === "ready" && resource.deletedAt !== undefined;
    const isEnded = outcome.kind === "ready" || outcome.kind === "failed";
    const state = JSON.stringify(outcome.state ?? resource.state);
    const { nextAt, storedAt } = nextLook(outcome, now);
    const provisioningState = endState(resource, outcome);
    const isSame = state === JSON.stringify(resource.state) && provisioningState === resource.provisioningState;

    const steps: Step[] = [lease.guard()];
    if (isGone) steps.push(store.remove(resource));
    else if (isSame && !isEnded) {
      if (nextAt !== undefined) this.#queue.add(resource.key, nextAt);
      return;
    } else {
      const columns = { state, provisioning_state: provisioningState, reconcile_at: storedAt };
      steps.push(store.update(resource, columns));
    }
    if (isEnded && resource.provisioningState !== "Succeeded") {
      const status: OperationStatus = outcome.kind === "ready" ? "Succeeded" : "Failed";
      const error = outcome.kind === "failed" ? { code: outcome.code, message: outcome.message } : undefined;
      steps.push(operations.end(resource, { status, at: now, ...(error !== undefined && { error }) }));
    }
    if (!isSame || isGone) {
      const action = isGone ? "gone" : "state";
      const next = { ...resource, revision: resource.revision + 1 };
      steps.push(changes.record(next, { action, at: now, principal: "reconciler" }));
    }
    const along = outcome.kind === "ready" ? outcome.along : undefined;
    await database.write([...steps, ...(along?.steps ?? [])]);
    if (nextAt !== undefined && !isGone) this.#queue.add(resource.key, nextAt);
    if (resource.ownerKey !== undefined && (isGone || this.#ownerHears(resource, outcome))) {
      this.#queue.add(resource.ownerKey, now);
    }
    changes.announce();
    await along?.after();
  }

  #ownerHears(resource: Resource, outcome: Outcome): boolean {
    if (outcome.state === undefined) return false;
    const definition = this.#parts.definitions.get(resource.type.toLowerCase());
    return definition?.ownerHears?.(resource.state, outcome.state) ?? true;
  }

  #retryLater(key: string, error: unknown): void {
    const count = (this.#failureCounts.get(key) ?? 0) + 1;
    this.#failureCounts.set(key, count);
    const waitMs = Math.min(RETRY_MS_MIN * 2 ** (count - 1), RETRY_MS_MAX);
    const { log, clock } = this.#parts.context;
    const stack = error instanceof Error ? error.stack : String(error);
    log.error({ key, count, waitMs, stack }, `reconciling '${key}' failed and is tried again`);
    this.#queue.add(key, clock.now() + waitMs);
  }
}

/** When to look again, and what a server that starts anew is told of it. */
function nextLook(outcome: Outcome, now: number): { nextAt: number | undefined; storedAt: number | null } {
  if (outcome.kind === "sleep") return { nextAt: undefined, storedAt: now };
  if (outcome.kind === "failed" || outcome.afterMs === undefined) return { nextAt: undefined, storedAt: null };
  return { nextAt: now + outcome.afterMs, storedAt: now + outcome.afterMs };
}

function endState(resource: Resource, outcome: Outcome): ProvisioningState {
  if (outcome.kind === "checkAgain" || outcome.kind === "sleep") return resource.provisioningState;
  return outcome.kind === "ready" ? "Succeeded" : "Failed";
}
