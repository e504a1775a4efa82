import { findResourceType } from "@lazuli/contract/catalog.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import {
  lastName,
  parentId,
  parseResourceId,
  renderResourceId,
  resourceKey,
  resourceTypeOf,
  type ResourceId,
} from "@lazuli/contract/resource-id.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";

import { WriteConflict } from "../../database/database.ts";
import type { Principal } from "../access/principal.ts";
import type { ResourceContext, ResourceDefinition } from "../define-resource.ts";
import type { Operations } from "../operations/operations.ts";
import type { ResourceChanges } from "./change-feed.ts";
import { checkConditions, checkName, parseProperties } from "./put-checks.ts";
import { toEnvelope, toRow } from "./resource-row.ts";
import type { ControlDatabase, ResourceStore, Step } from "./resource-store.ts";
import type { Envelope, Resource } from "./resource.ts";
import type { Accepted, ListQuery, Page, PutRequest, Resources } from "./resources.ts";

/** Tries of a state change against other writers before the caller is told. */
const UPDATE_TRIES_MAX = 50;
/** Resources below one that is deleted with it. */
const CASCADE_MAX = 100_000;

export interface EngineParts {
  readonly database: ControlDatabase;
  readonly store: ResourceStore;
  readonly changes: ResourceChanges;
  readonly operations: Operations;
  readonly definitions: ReadonlyMap<string, ResourceDefinition>;
  /** Bound late: the context holds these resources themselves. */
  readonly context: () => ResourceContext;
  readonly wake: (key: string, at: number) => void;
}

/** All resources over one store: validation, admission, versions of assets, optimistic concurrency, change records. */
export class ResourceEngine implements Resources {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  find(id: string): Promise<Resource | undefined> {
    return this.#parts.store.find(resourceKey(id));
  }

  async get(id: string): Promise<Resource> {
    const resource = await this.find(id);
    if (resource !== undefined) return resource;
    const parsed = parseResourceId(id);
    throw new PlatformError("NotFound", `${describeId(parsed)} does not exist.`, { target: "id" });
  }

  list(query: ListQuery): Promise<Page> {
    const type = findResourceType(query.type)?.type ?? query.type;
    return this.#parts.store.list({ ...query, parentKey: resourceKey(query.parentKey), type });
  }

  async put(request: PutRequest): Promise<Accepted> {
    const parsed = parseResourceId(request.id);
    const type = typeOf(parsed);
    const properties = parseProperties(type, request.properties);
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#tryPut(request, { id: canonicalId(parsed, type), type, properties });
      } catch (error) {
        if (!isRace(error) || tries >= UPDATE_TRIES_MAX) throw error;
      }
    }
  }

  async remove(id: string, principal: Principal): Promise<Accepted | undefined> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#tryRemove(id, principal);
      } catch (error) {
        // Something below was just reconciled: look again at what there is to remove.
        if (!(error instanceof WriteConflict) || tries >= UPDATE_TRIES_MAX) throw error;
      }
    }
  }

  async updateState(
    id: string,
    change: (resource: Resource) => Record<string, unknown> | undefined,
  ): Promise<Resource> {
    const { database, store, changes } = this.#parts;
    for (let tries = 0; tries < UPDATE_TRIES_MAX; tries += 1) {
      const resource = await this.get(id);
      const state = change(resource);
      if (state === undefined) return resource;
      const now = this.#parts.context().clock.now();
      const next: Resource = { ...resource, state, revision: resource.revision + 1 };
      const update = store.update(resource, { state: JSON.stringify(state), reconcile_at: now });
      try {
        await database.write([update, changes.record(next, { action: "state", at: now, principal: "report" })]);
      } catch (error) {
        if (error instanceof WriteConflict) continue;
        throw error;
      }
      this.#parts.wake(resource.key, now);
      changes.announce();
      this.#wakeOwner(resource, state, now);
      return next;
    }
    throw new PlatformError("Conflict", `'${id}' is being changed by too many writers at once. Try again.`);
  }

  wake(id: string, at?: number): void {
    this.#parts.wake(resourceKey(id), at ?? this.#parts.context().clock.now());
  }

  async #tryRemove(id: string, principal: Principal): Promise<Accepted | undefined> {
    const existing = await this.find(id);
    if (existing === undefined) return undefined;
    if (existing.deletedAt !== undefined) return { resource: existing, isNew: false, operationId: undefined };
    const context = this.#parts.context();
    await this.#definitionOf(existing)?.admitRemoval?.(existing, context);
    const below = await this.#parts.store.listBelow(existing.key, CASCADE_MAX);
    const now = context.clock.now();
    const operationId = context.newId();
    const removed = [existing, ...below].map((resource) => this.#removal(resource, principal, now));
    const doomed = removed[0]?.resource ?? existing;
    const begin = this.#parts.operations.begin({ id: operationId, resource: doomed, kind: "delete", at: now });
    const isPending = removed[0]?.isPending === true;
    await this.#parts.database.write([...removed.flatMap((one) => one.steps), ...(isPending ? [begin] : [])]);
    for (const { resource } of removed) this.#parts.wake(resource.key, now);
    this.#parts.changes.announce();
    return { resource: doomed, isNew: false, operationId: isPending ? operationId : undefined };
  }

  async #tryPut(
    request: PutRequest,
    target: { id: string; type: ResourceType; properties: Record<string, unknown> },
  ): Promise<Accepted> {
    const { id, type } = target;
    const parsed = parseResourceId(id);
    const existing = await this.find(id);
    checkConditions(request, existing);
    if (existing === undefined) checkName(lastName(parsed), type);
    if (existing?.deletedAt !== undefined) {
      throw new PlatformError("Conflict", `${describeId(parsed)} is being deleted. Wait until it is gone.`);
    }
    const containerSteps = existing === undefined ? await this.#ensureParent(parsed, type, request.principal) : [];
    const admitted = await this.#admit(request, { id, existing, properties: target.properties, type });
    const definition = this.#definitionOf(type);
    const resource = this.#nextResource(request, { id, type, existing, admitted });
    if (existing !== undefined && isUnchanged(existing, resource)) {
      return { resource: existing, isNew: false, operationId: undefined };
    }
    if (request.isDryRun === true) return { resource, isNew: existing === undefined, operationId: undefined };
    const steps = [...containerSteps];
    const now = resource.updatedAt;
    const isReconciled = definition?.reconcile !== undefined;
    const lookAt = now + (request.lookAfterMs ?? 0);
    const row = toRow(resource, isReconciled ? lookAt : null);
    steps.push(existing === undefined ? this.#parts.store.insert(row) : this.#parts.store.update(existing, row));
    const operationId = isReconciled && type.longRunning ? this.#parts.context().newId() : undefined;
    if (operationId !== undefined) {
      steps.push(this.#parts.operations.begin({ id: operationId, resource, kind: "put", at: now }));
    }
    steps.push(this.#parts.changes.record(resource, { action: "put", at: now, principal: request.principal.id }));
    await this.#parts.database.write(steps);
    if (isReconciled) this.#parts.wake(resource.key, lookAt);
    this.#parts.changes.announce();
    return { resource, isNew: existing === undefined, operationId };
  }

  async #admit(
    request: PutRequest,
    put: { id: string; type: ResourceType; existing: Resource | undefined; properties: Record<string, unknown> },
  ): Promise<{ properties: Record<string, unknown>; envelope: Envelope; state: Record<string, unknown> }> {
    const definition = this.#definitionOf(put.type);
    const envelope = toEnvelope(request.envelope ?? {});
    const initial = put.existing?.state ?? definition?.initialState ?? {};
    const given = put.existing === undefined ? request.initialState : undefined;
    if (definition?.admit === undefined) {
      return { properties: put.properties, envelope, state: { ...initial, ...given } };
    }
    const admitted = await definition.admit(
      {
        id: put.id,
        name: put.id.slice(put.id.lastIndexOf("/") + 1),
        properties: put.properties,
        envelope,
        existing: put.existing,
        principal: request.principal,
        ...(given !== undefined && { initialState: given }),
      },
      this.#parts.context(),
    );
    const state = { ...(admitted.state ?? initial), ...given };
    return { properties: admitted.properties, envelope: admitted.envelope, state };
  }

  #nextResource(
    request: PutRequest,
    put: {
      id: string;
      type: ResourceType;
      existing: Resource | undefined;
      admitted: { properties: Record<string, unknown>; envelope: Envelope; state: Record<string, unknown> };
    },
  ): Resource {
    const now = this.#parts.context().clock.now();
    const { existing, admitted } = put;
    const isReconciled = this.#definitionOf(put.type)?.reconcile !== undefined;
    const parent = parentId(parseResourceId(put.id));
    return {
      id: existing?.id ?? put.id,
      key: resourceKey(put.id),
      type: put.type.type,
      name: existing?.name ?? put.id.slice(put.id.lastIndexOf("/") + 1),
      parentKey: resourceKey(parent === undefined ? groupOf(put.id) : renderResourceId(parent)),
      ownerKey: this.#ownerOf(put.type, existing?.id ?? put.id, admitted.properties),
      envelope: admitted.envelope,
      properties: admitted.properties,
      state: admitted.state,
      provisioningState: isReconciled ? (existing === undefined ? "Creating" : "Updating") : "Succeeded",
      revision: existing === undefined ? 1 : existing.revision + 1,
      generation: existing === undefined ? 1 : existing.generation + 1,
      createdAt: existing?.createdAt ?? now,
      createdBy: existing?.createdBy ?? request.principal.name,
      updatedAt: now,
      updatedBy: request.principal.name,
      deletedAt: undefined,
    };
  }

  #ownerOf(type: ResourceType, id: string, properties: Record<string, unknown>): string | undefined {
    const owner = this.#definitionOf(type)?.ownerOf?.({ id, properties });
    return owner === undefined ? undefined : resourceKey(owner);
  }

  #wakeOwner(resource: Resource, after: Record<string, unknown>, now: number): void {
    if (resource.ownerKey === undefined) return;
    if (this.#definitionOf(resource)?.ownerHears?.(resource.state, after) === false) return;
    this.#parts.wake(resource.ownerKey, now);
  }

  /** The resource above must exist; the container of an asset's first version is made along with it. */
  async #ensureParent(id: ResourceId, type: ResourceType, principal: Principal): Promise<Step[]> {
    const parent = parentId(id);
    if (parent === undefined) return [];
    const parentPath = renderResourceId(parent);
    const found = await this.find(parentPath);
    if (found?.deletedAt !== undefined) {
      throw new PlatformError("Conflict", `${describeId(parent)} is being deleted, so nothing can be put into it.`);
    }
    if (found !== undefined) return [];
    if (type.shape !== "version") {
      throw new PlatformError("NotFound", `${describeId(parent)} does not exist. Create it first.`, {
        azureCode: parent.segments.length === 1 ? "ResourceNotFound" : "ParentResourceNotFound",
      });
    }
    const containerType = typeOf(parent);
    const above = await this.#ensureParent(parent, containerType, principal);
    checkName(lastName(parent), containerType);
    const container = this.#nextResource(
      { id: parentPath, properties: {}, principal },
      {
        id: canonicalId(parent, containerType),
        type: containerType,
        existing: undefined,
        admitted: { properties: {}, envelope: {}, state: {} },
      },
    );
    const record = this.#parts.changes.record(container, {
      action: "put",
      at: container.createdAt,
      principal: principal.id,
    });
    const row = toRow({ ...container, provisioningState: "Succeeded" }, null);
    return [...above, this.#parts.store.insertIfMissing(row), record];
  }

  #definitionOf({ type }: { readonly type: string }): ResourceDefinition | undefined {
    return this.#parts.definitions.get(type.toLowerCase());
  }

  #removal(resource: Resource, principal: Principal, now: number) {
    const { store, changes } = this.#parts;
    const isPending = this.#definitionOf(resource)?.reconcile !== undefined;
    const next: Resource = {
      ...resource,
      deletedAt: now,
      provisioningState: "Deleting",
      revision: resource.revision + 1,
      generation: resource.generation + 1,
    };
    const action = isPending ? "delete" : "gone";
    const steps: Step[] = [
      isPending
        ? store.update(resource, {
            deleted_at: now,
            provisioning_state: "Deleting",
            generation: next.generation,
            reconcile_at: now,
            updated_at: now,
            updated_by: principal.name,
          })
        : store.remove(resource),
      changes.record(next, { action, at: now, principal: principal.id }),
    ];
    return { resource: next, steps, isPending };
  }
}

function typeOf(id: ResourceId): ResourceType {
  const type = findResourceType(resourceTypeOf(id));
  if (type !== undefined) return type;
  throw new PlatformError("NotFound", `There is no resource type '${resourceTypeOf(id)}'.`, {
    azureCode: "InvalidResourceType",
  });
}

/** The id with its collections spelt as the catalog spells them. */
function canonicalId(id: ResourceId, type: ResourceType): string {
  const collections = type.type.split("/");
  const segments = id.segments.map(([collection, name], index) => [collections[index] ?? collection, name] as const);
  return renderResourceId({ ...id, segments });
}

function groupOf(id: string): string {
  return id.slice(0, id.toLowerCase().indexOf("/providers/"));
}

/** `model 'iris' version '3'` and the like, for messages. */
export function describeId(id: ResourceId): string {
  const type = findResourceType(resourceTypeOf(id));
  const name = lastName(id);
  if (type?.shape === "version") return `Version '${name}' of ${type.noun} '${id.segments.at(-2)?.[1] ?? ""}'`;
  const noun = type?.noun ?? id.segments.at(-1)?.[0] ?? "resource";
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1).replaceAll("-", " ")} '${name}'`;
}

function isUnchanged(existing: Resource, next: Resource): boolean {
  if (existing.provisioningState === "Failed") return false;
  const before = JSON.stringify([existing.properties, existing.envelope, existing.state]);
  return before === JSON.stringify([next.properties, next.envelope, next.state]);
}

function isRace(error: unknown): boolean {
  return (
    error instanceof WriteConflict ||
    (error instanceof PlatformError && error.code === "AlreadyExists" && error.azureCode === undefined)
  );
}
