import { z } from "zod";

import type { ResourceRow } from "../control-schema.ts";
import { PROVISIONING_STATES, type Envelope, type ProvisioningState, type Resource } from "./resource.ts";

const jsonObject = z.record(z.string(), z.unknown());

export const envelopeSchema = z.object({
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  kind: z.string().optional(),
  sku: jsonObject.optional(),
  identity: jsonObject.optional(),
});

export function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    key: row.key,
    type: row.type,
    name: row.name,
    parentKey: row.parent_key,
    ownerKey: row.owner_key ?? undefined,
    envelope: row.envelope === "{}" ? {} : toEnvelope(JSON.parse(row.envelope)),
    properties: parseObject(row.properties),
    state: parseObject(row.state),
    provisioningState: toProvisioningState(row.provisioning_state),
    revision: Number(row.revision),
    generation: Number(row.generation),
    createdAt: Number(row.created_at),
    createdBy: row.created_by,
    updatedAt: Number(row.updated_at),
    updatedBy: row.updated_by,
    deletedAt: row.deleted_at === null ? undefined : Number(row.deleted_at),
  };
}

export function toRow(resource: Resource, reconcileAt: number | null): ResourceRow {
  return {
    key: resource.key,
    id: resource.id,
    type: resource.type,
    name: resource.name,
    parent_key: resource.parentKey,
    envelope: JSON.stringify(resource.envelope),
    properties: JSON.stringify(resource.properties),
    state: JSON.stringify(resource.state),
    provisioning_state: resource.provisioningState,
    revision: resource.revision,
    generation: resource.generation,
    created_at: resource.createdAt,
    created_by: resource.createdBy,
    updated_at: resource.updatedAt,
    updated_by: resource.updatedBy,
    deleted_at: resource.deletedAt ?? null,
    reconcile_at: reconcileAt,
    owner_key: resource.ownerKey ?? null,
  };
}

/** Only an object is written, so a look at the outside is enough; every read of a resource comes this way. */
function parseObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return isObject(value) ? value : jsonObject.parse(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toProvisioningState(text: string): ProvisioningState {
  const state = PROVISIONING_STATES.find((known) => known === text);
  if (state === undefined) throw new Error(`A resource has the unknown state '${text}'.`);
  return state;
}

/** Drops absent members, so that equal envelopes are equal as JSON. */
export function toEnvelope(value: unknown): Envelope {
  const parsed = envelopeSchema.parse(value);
  return {
    ...(parsed.location !== undefined && { location: parsed.location }),
    ...(parsed.tags !== undefined && { tags: parsed.tags }),
    ...(parsed.kind !== undefined && { kind: parsed.kind }),
    ...(parsed.sku !== undefined && { sku: parsed.sku }),
    ...(parsed.identity !== undefined && { identity: parsed.identity }),
  };
}
