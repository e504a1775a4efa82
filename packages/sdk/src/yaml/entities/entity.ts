import { parseResourcePath } from "@lazuli/contract/resource-id.ts";

import type { ArmBody, ArmResource } from "../../arm-resource.ts";
import type { Codec } from "../codec.ts";
import { isRecord } from "../composite-codec.ts";

/** The YAML side of one resource: what its file may say, and how that becomes an ARM body and comes back. */
export interface Entity {
  /** As in the CLI: `online-endpoint`. */
  readonly noun: string;
  /** For sentences: `an online endpoint`. */
  readonly what: string;
  readonly codec: Codec;
  toBody(value: Record<string, unknown>): ArmBody;
  fromResource(resource: ArmResource): Record<string, unknown>;
}

export interface EntityOptions {
  readonly noun: string;
  readonly what: string;
  readonly codec: Codec;
  /** ARM names that lie beside `properties`, not in it. */
  readonly envelope?: readonly string[];
  /** Whether `show` writes the id with `azureml:` before it, as Azure does for what a file can refer to. */
  readonly prefixedId?: boolean;
}

export function defineEntity({ noun, what, codec, envelope = [], prefixedId = false }: EntityOptions): Entity {
  return {
    noun,
    what,
    codec,
    toBody(value) {
      const flat = codec.toArm(value);
      const body: Record<string, unknown> = {};
      const properties: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(isRecord(flat) ? flat : {})) {
        if (envelope.includes(key)) body[key] = item;
        else properties[key] = item;
      }
      return { ...body, properties };
    },
    fromResource(resource) {
      const flat: Record<string, unknown> = { ...resource.properties };
      for (const key of envelope) if (resource[key] != null) flat[key] = resource[key];
      const value = codec.fromArm(flat);
      return { ...frame(resource, prefixedId), ...(isRecord(value) ? value : {}) };
    },
  };
}

/** What `az ml` prints of every resource besides its own keys. */
function frame(resource: ArmResource, prefixedId: boolean): Record<string, unknown> {
  const path = parseResourcePath(resource.id);
  const last = path?.segments.at(-1);
  const isVersion = last?.[0].toLowerCase() === "versions";
  const result: Record<string, unknown> = {
    id: prefixedId ? `azureml:${resource.id}` : resource.id,
    name: isVersion ? path?.segments.at(-2)?.[1] : resource.name,
  };
  if (isVersion) result["version"] = last[1];
  if (path !== undefined) result["resourceGroup"] = path.resourceGroup;
  const created = resource.systemData;
  if (created != null) {
    result["creation_context"] = dropEmpty({
      created_at: created.createdAt,
      created_by: created.createdBy,
      created_by_type: created.createdByType,
      last_modified_at: created.lastModifiedAt,
      last_modified_by: created.lastModifiedBy,
      last_modified_by_type: created.lastModifiedByType,
    });
  }
  return result;
}

function dropEmpty(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined && item !== null));
}
