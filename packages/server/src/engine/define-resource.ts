import type { ResourceType } from "@lazuli/contract/resource-type.ts";
import type { z } from "zod";

import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Principal } from "./access/principal.ts";
import type { Envelope, Resource } from "./resources/resource.ts";
import type { Step } from "./resources/resource-store.ts";
import type { Resources } from "./resources/resources.ts";

export interface AdmitRequest<Properties, State> {
  readonly id: string;
  readonly name: string;
  readonly properties: Properties;
  readonly envelope: Envelope;
  readonly existing: Resource<Properties, State> | undefined;
  readonly principal: Principal;
  /** What will be laid over the state of a new resource, given by behaviour that knows how it came about. */
  readonly initialState?: Readonly<Record<string, unknown>>;
}

export interface Admitted<Properties, State> {
  readonly properties: Properties;
  readonly envelope: Envelope;
  /** State of a new resource, or a changed one of an existing; `undefined` keeps what is there. */
  readonly state?: State;
}

/** What every piece of behaviour may use. Other services come by constructor, from `app/compose.ts`. */
export interface ResourceContext {
  readonly resources: Resources;
  readonly clock: Clock;
  readonly log: Log;
  /** A random opaque id of lower-case letters and digits. */
  newId(): string;
}

/**
 * What reconciling came to. `state` is written under the lease together with the outcome.
 * `ready`: desired and actual agree, look again when woken, or after `afterMs` where given. `checkAgain`: not yet, look
 * again after `afterMs`. `sleep`: not yet, and only a wake has it looked at again; a restarted server looks once by
 * itself. `failed`: cannot be made so; the message is shown to the user, and the operation ends.
 */
export type Outcome<State = Record<string, unknown>> =
  | { readonly kind: "ready"; readonly state?: State; readonly afterMs?: number; readonly along?: WrittenAlong }
  | { readonly kind: "checkAgain"; readonly afterMs: number; readonly reason: string; readonly state?: State }
  | { readonly kind: "sleep"; readonly reason: string; readonly state?: State }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly state?: State };

/** Statements of the same database that take effect with the outcome or not at all, and what follows once they have. */
export interface WrittenAlong {
  readonly steps: readonly Step[];
  after(): Promise<void>;
}

export interface ActionRequest<Properties, State> {
  readonly resource: Resource<Properties, State>;
  readonly body: unknown;
  readonly query: Readonly<Record<string, string>>;
  readonly principal: Principal;
}

/** Answers a POST action with a JSON body; `undefined` is an empty answer. */
export type Action<Properties, State> = (
  request: ActionRequest<Properties, State>,
  context: ResourceContext,
) => Promise<unknown>;

/**
 * The behaviour of one resource type. A type without behaviour needs none: the engine stores and lists it as it is.
 *
 * `reconcile` looks at desired and actual state, never at what changed; running it twice equals running it once.
 * On a resource with `deletedAt` set it clears up whatever exists outside the database; after `ready` the row goes.
 */
export interface ResourceDefinition<Properties = Record<string, unknown>, State = Record<string, unknown>> {
  readonly type: ResourceType;
  readonly state: z.ZodType<State>;
  readonly initialState: State;
  admit?(request: AdmitRequest<Properties, State>, context: ResourceContext): Promise<Admitted<Properties, State>>;
  /** Throws what speaks against removing it. Not asked when the resource above goes and takes it along. */
  admitRemoval?(resource: Resource<Properties, State>, context: ResourceContext): Promise<void>;
  /** Id of the resource that this one works for; it is found by it and hears of its changes. */
  ownerOf?(resource: { readonly id: string; readonly properties: Properties }): string | undefined;
  /** Whether the owner is to look again because the state went from one to the other; on every change when left out. */
  ownerHears?(before: State, after: State): boolean;
  reconcile?(
    resource: Resource<Properties, State>,
    context: ResourceContext,
    signal: AbortSignal,
  ): Promise<Outcome<State>>;
  /** Wire properties: the desired ones joined by what callers may see of the actual ones. Hides secrets. */
  render?(resource: Resource<Properties, State>, context: ResourceContext): Promise<Record<string, unknown>>;
  readonly actions?: Readonly<Record<string, Action<Properties, State>>>;
}

/** Keeps the types of one definition together while it is written; the engine treats all alike. */
export function defineResource<Properties, State>(
  definition: ResourceDefinition<Properties, State>,
): ResourceDefinition<Properties, State> {
  return definition;
}
