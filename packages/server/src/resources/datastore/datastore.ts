import { PlatformError } from "@lazuli/contract/errors.ts";
import { datastoreType } from "@lazuli/contract/resources/datastore.ts";
import { renderAccountName } from "@lazuli/contract/shared/storage-address.ts";
import { z } from "zod";

import type { BlobStore } from "../../blobs/blob-store.ts";
import { defineResource } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";

export interface DatastoreDependencies {
  readonly blobs: BlobStore;
  readonly secretBox: SecretBox;
  /** Host and port under which our own storage is reached. */
  readonly authority: string;
  now(): number;
}

const SAS_HOURS_DEFAULT = 24;
const SAS_HOURS_MAX = 7 * 24;
const HOUR_MS = 3_600_000;
/** Clocks of clients may lag: the SAS begins a little earlier. */
const SAS_EARLY_MS = 15 * 60_000;
const SAS_PERMISSIONS = "racwdl";

const stateSchema = z.object({
  /** Secrets as JSON, sealed; `null` where there are none or the storage is our own. */
  sealedSecrets: z.string().nullable(),
});
const secretsSchema = z.looseObject({});
const listSecretsBody = z.looseObject({
  expirableSecret: z.boolean().nullish(),
  expireAfterHours: z.number().positive().nullish(),
});

type State = z.infer<typeof stateSchema>;
type Properties = Record<string, unknown>;

/** A datastore: where data is and, sealed, how to sign in there. */
export function datastoreResource(deps: DatastoreDependencies) {
  return defineResource<Properties, State>({
    type: datastoreType,
    state: stateSchema,
    initialState: { sealedSecrets: null },
    admit: async ({ id, properties, envelope, existing }) => {
      requirePlace(properties);
      const credentials = secretsSchema.parse(properties["credentials"]);
      const { secrets, ...shown } = credentials;
      const hasSecrets = typeof secrets === "object" && secrets !== null && Object.values(secrets).some(Boolean);
      const sealedSecrets = hasSecrets
        ? deps.secretBox.seal(JSON.stringify(secrets), purposeOf(id))
        : (existing?.state.sealedSecrets ?? null);
      return { properties: { ...properties, credentials: shown }, envelope, state: { sealedSecrets } };
    },
    render: async ({ properties }) => {
      const place = ownPlace(properties);
      if (place === undefined) return properties;
      return { ...properties, accountName: renderAccountName(deps.authority, place.account) };
    },
    actions: {
      listSecrets: async ({ resource, body }) => listSecrets(resource, listSecretsBody.parse(body ?? {}), deps),
    },
  });
}

const PLACE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  AzureBlob: ["accountName", "containerName"],
  AzureDataLakeGen2: ["accountName", "filesystem"],
  AzureFile: ["accountName", "fileShareName"],
  AzureDataLakeGen1: ["storeName"],
  OneLake: [],
};

function requirePlace(properties: Properties): void {
  const kind = String(properties["datastoreType"]);
  const missing = (PLACE_FIELDS[kind] ?? []).filter((field) => !properties[field]);
  if (missing.length === 0) return;
  throw new PlatformError("BadRequest", `A datastore of type '${kind}' needs '${missing.join("' and '")}'.`, {
    target: `properties.${missing[0] ?? ""}`,
    details: missing.map((field) => ({
      code: "Missing",
      message: `'${field}' is missing.`,
      target: `properties.${field}`,
    })),
    azureCode: "ValidationError",
  });
}

async function listSecrets(
  datastore: Resource<Properties, State>,
  body: z.infer<typeof listSecretsBody>,
  deps: DatastoreDependencies,
): Promise<unknown> {
  const place = ownPlace(datastore.properties);
  if (place !== undefined) {
    const hours = Math.min(body.expireAfterHours ?? SAS_HOURS_DEFAULT, SAS_HOURS_MAX);
    if (body.expirableSecret === false) {
      return { secretsType: "AccountKey", key: await deps.blobs.accountKey(place.account) };
    }
    const now = deps.now();
    const sasToken = await deps.blobs.signSas({
      ...place,
      permissions: SAS_PERMISSIONS,
      startsAt: now - SAS_EARLY_MS,
      expiresAt: now + hours * HOUR_MS,
    });
    return { secretsType: "Sas", sasToken };
  }
  const sealed = datastore.state.sealedSecrets;
  if (sealed === null) {
    throw new PlatformError("NotFound", `Datastore '${datastore.name}' has no secrets: it uses the caller's identity.`);
  }
  const opened: unknown = JSON.parse(deps.secretBox.open(sealed, purposeOf(datastore.id)));
  return opened;
}

/**
 * Account and container when the datastore is on our own storage. The host and port before the slash are those of the day
 * on which it was made: the server may be served at others by now.
 */
function ownPlace(properties: Properties): { account: string; container: string } | undefined {
  const accountName = String(properties["accountName"] ?? "");
  const slash = accountName.lastIndexOf("/");
  if (slash < 0) return undefined;
  const container = properties["containerName"] ?? properties["filesystem"] ?? properties["fileShareName"];
  return { account: accountName.slice(slash + 1), container: String(container ?? "") };
}

function purposeOf(id: string): string {
  return `datastore/${id.toLowerCase()}`;
}
