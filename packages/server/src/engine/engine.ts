import { describeError } from "@lazuli/contract/errors.ts";

import type { Clock } from "../base/clock.ts";
import { randomId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { ResourceContext, ResourceDefinition } from "./define-resource.ts";
import { Operations } from "./operations/operations.ts";
import { Lease } from "./reconciling/lease.ts";
import { Reconciler } from "./reconciling/reconciler.ts";
import { ResourceChanges, type ChangeFeed } from "./resources/change-feed.ts";
import { ResourceEngine } from "./resources/resource-engine.ts";
import { ResourceGroups } from "./resources/resource-groups.ts";
import { ResourceStore, type ControlDatabase } from "./resources/resource-store.ts";
import type { Resources } from "./resources/resources.ts";

/** How often changes and operations that nobody needs any more are removed. */
const PRUNE_MS = 10 * 60_000;

export interface EngineOptions {
  readonly database: ControlDatabase;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId?: () => string;
}

/** Put, get, list and delete of all resources, their change feed and operations, and the loop that reconciles them. */
export interface Engine {
  readonly resources: Resources;
  readonly store: ResourceStore;
  readonly groups: ResourceGroups;
  readonly changes: ChangeFeed;
  readonly operations: Operations;
  readonly context: ResourceContext;
  readonly definitions: ReadonlyMap<string, ResourceDefinition>;
  /** Gives a type its behaviour; all before `start`. */
  define<Properties, State>(definition: ResourceDefinition<Properties, State>): void;
  /** @param options `force`: this process alone can be using the store, because it holds the home's lock. */
  start(options: { force: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const { database, clock, log } = options;
  const newId = options.newId ?? randomId;
  const store = new ResourceStore(database);
  const changes = new ResourceChanges(database);
  const operations = new Operations(database);
  const definitions = new Map<string, ResourceDefinition>();
  const resources = new ResourceEngine({
    database,
    store,
    changes,
    operations,
    definitions,
    context: () => context,
    wake: (key, at) => reconciler.wake(key, at),
  });
  const context: ResourceContext = { resources, clock, log, newId };
  let pruneTimer: NodeJS.Timeout | undefined;
  const prune = async (): Promise<void> => {
    try {
      await changes.prune();
      await operations.prune(clock.now());
    } catch (error) {
      log.error({ error: describeError(error) }, "old changes and operations could not be removed; tried again later");
    }
  };
  const lease = new Lease(database, clock, newId());
  const reconciler = new Reconciler({ database, store, changes, operations, lease, definitions, context });
  return {
    resources,
    store,
    groups: new ResourceGroups(database),
    changes,
    operations,
    context,
    definitions,
    define(definition) {
      // A definition is kept for all types alike: its own schemas parsed what it will be handed.
      definitions.set(definition.type.type.toLowerCase(), definition as unknown as ResourceDefinition);
    },
    async start(startOptions) {
      await prune();
      pruneTimer = setInterval(() => void prune(), PRUNE_MS);
      await reconciler.start(startOptions);
    },
    async stop() {
      clearInterval(pruneTimer);
      await reconciler.stop();
    },
  };
}
