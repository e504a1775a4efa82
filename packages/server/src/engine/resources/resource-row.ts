import { z } from "zod";

import type { ResourceRow } from "../control-schema.ts";
import { PROVISIONING_STATES, type Envelope, type Resource } from "./resource.ts";

const jsonObject = z.record(z.string(), z.unknown());
const provisioningState = z.enum(PROVISIONING_STATES);

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
    envelope: toEnvelope(JSON.parse(row.envelope)),
    properties: jsonObject.parse(JSON.parse(row.properties)),
    state: jsonObject.parse(JSON.parse(row.state)),
    provisioningState: provisioningState.parse(row.provisioning_state),
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
  };
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
