import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";
import { renderAccountUrl } from "@lazuli/contract/shared/storage-address.ts";
import { z } from "zod";

import type { BlobStore } from "../../blobs/blob-store.ts";
import { defineResource, type ResourceContext, type ResourceDefinition } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import { rootStorage } from "../../engine/workspaces/root-storage.ts";
import { assertValidSpec, isSameSpec, renderSpec } from "./component-version.ts";

export interface AssetDependencies {
  readonly blobs: BlobStore;
  readonly authority: string;
  now(): number;
}

const UPLOAD_HOURS = 12;
const HOUR_MS = 3_600_000;
const CLOCK_SKEW_MS = 15 * 60_000;
/** What the Python SDK compares with, to the letter. */
const PATHS_FIXED = "Asset paths cannot be updated.";
/** The properties in which an asset's content is named; the rest is description and may change. */
const CONTENT_FIELDS = ["codeUri", "dataUri", "modelUri", "dataType", "modelType"] as const;

/** Members that Azure always answers and its clients read without looking. */
const SHOWN_ALWAYS = { isArchived: false, isAnonymous: false, tags: {}, properties: {} };
const SHOWN_OF_MODELS = { flavors: {} };

const anyState = z.looseObject({});
type Properties = Record<string, unknown>;

/** Versions of code, data, models and components: content is fixed at creation, words about it may change. */
export function assetVersionResource(type: ResourceType, deps: AssetDependencies): ResourceDefinition {
  const isModel = type.noun === "model";
  const isComponent = type.noun === "component";
  return defineResource<Properties, Properties>({
    type,
    state: anyState,
    initialState: {},
    admit: async ({ properties, envelope, existing, id }) => {
      if (isComponent && existing === undefined) assertValidSpec(properties["componentSpec"], id);
      if (existing !== undefined) assertSameContent(existing, properties, id);
      return { properties, envelope };
    },
    render: async ({ id, properties }) => ({
      ...SHOWN_ALWAYS,
      ...(isModel && SHOWN_OF_MODELS),
      ...properties,
      ...(isComponent && { componentSpec: renderSpec(properties["componentSpec"], { id, properties }) }),
    }),
    actions: {
      startPendingUpload: async ({ resource }, context) => startPendingUpload(resource, context, deps),
    },
  });
}

function assertSameContent(existing: Resource, properties: Properties, id: string): void {
  const changed = CONTENT_FIELDS.filter((field) => !isSameContent(existing.properties[field], properties[field]));
  if (changed.length > 0) {
    throw new PlatformError("Conflict", PATHS_FIXED, {
      target: `properties.${changed[0] ?? ""}`,
      azureCode: "UserError",
    });
  }
  const before = existing.properties["componentSpec"];
  if (before !== undefined && !isSameSpec(before, properties["componentSpec"])) {
    throw new PlatformError("Conflict", `'${id}' exists with another definition: give the new one its own version.`, {
      target: "properties.componentSpec",
    });
  }
}

function isSameContent(before: unknown, after: unknown): boolean {
  return (before ?? null) === (after ?? null);
}

/** A folder of its own in the root's storage, with a SAS to fill it. */
async function startPendingUpload(resource: Resource, context: ResourceContext, deps: AssetDependencies) {
  const storage = await rootStorage(resource.id, context.resources);
  const container = `upload-${context.newId()}`;
  await deps.blobs.ensureAccount(storage.account);
  await deps.blobs.ensureContainer(storage.account, container);
  const blobUri = `${renderAccountUrl(deps.authority, storage.account, "blob")}/${container}`;
  const now = deps.now();
  const sas = await deps.blobs.signSas({
    account: storage.account,
    container,
    permissions: "racwl",
    startsAt: now - CLOCK_SKEW_MS,
    expiresAt: now + UPLOAD_HOURS * HOUR_MS,
  });
  return {
    pendingUploadId: container,
    pendingUploadType: "TemporaryBlobReference",
    blobReferenceForConsumption: {
      blobUri,
      storageAccountArmId: storage.accountId,
      credential: { credentialType: "SAS", sasUri: `${blobUri}?${sas}` },
    },
  };
}
