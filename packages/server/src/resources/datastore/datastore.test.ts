import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import type { ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import { datastoreResource, type DatastoreDependencies } from "./datastore.ts";

const ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/datastores/d";

function open(authority: string) {
  const blobs: Pick<DatastoreDependencies["blobs"], "signSas" | "accountKey"> = {
    signSas: async (target) => `sas-of-${target.account}/${target.container}`,
    accountKey: async (account) => `key-of-${account}`,
  };
  const secretBox: DatastoreDependencies["secretBox"] = {
    seal: (secret, purpose) => Buffer.from(`${purpose}\n${secret}`).toString("base64"),
    open: (sealed, purpose) =>
      Buffer.from(sealed, "base64")
        .toString()
        .slice(purpose.length + 1),
  };
  // Of the whole store a datastore asks for these two alone.
  return datastoreResource({ blobs: blobs as DatastoreDependencies["blobs"], secretBox, authority, now: () => 0 });
}

function stored(properties: Record<string, unknown>, sealedSecrets: string | null) {
  const resource: Resource<Record<string, unknown>, { sealedSecrets: string | null }> = {
    id: ID,
    key: ID.toLowerCase(),
    type: "workspaces/datastores",
    name: "d",
    parentKey: "",
    ownerKey: undefined,
    envelope: {},
    properties,
    state: { sealedSecrets },
    provisioningState: "Succeeded",
    revision: 1,
    generation: 1,
    createdAt: 0,
    createdBy: "",
    updatedAt: 0,
    updatedBy: "",
    deletedAt: undefined,
  };
  return resource;
}

const context: ResourceContext = {
  get resources(): ResourceContext["resources"] {
    throw new Error("A datastore asks for no other resource.");
  },
  clock: systemClock,
  log: silentLog,
  newId: () => "id",
};

const OWN = { datastoreType: "AzureBlob", accountName: "127.0.0.1:8470/lz0123456789abcdef", containerName: "c" };

describe("datastore", () => {
  it("keeps secrets sealed and shows them by listSecrets alone", async () => {
    const definition = open("127.0.0.1:8470");
    const secrets = { secretsType: "AccountKey", key: "c2VjcmV0" };
    const admitted = await definition.admit?.(
      {
        id: ID,
        name: "d",
        properties: {
          datastoreType: "AzureBlob",
          accountName: "theirs",
          containerName: "c",
          credentials: { credentialsType: "AccountKey", secrets },
        },
        envelope: {},
        existing: undefined,
        principal: systemPrincipal,
      },
      context,
    );
    assert.equal(JSON.stringify(admitted?.properties).includes("c2VjcmV0"), false);
    const resource = stored(admitted?.properties ?? {}, admitted?.state?.sealedSecrets ?? null);
    const request = { resource, body: {}, query: {}, principal: systemPrincipal };
    assert.deepEqual(await definition.actions?.["listSecrets"]?.(request, context), secrets);
  });

  it("refuses a definition without its place, naming what is missing", async () => {
    const properties = { datastoreType: "AzureFile", credentials: { credentialsType: "None" } };
    const request = { id: ID, name: "d", properties, envelope: {}, existing: undefined, principal: systemPrincipal };
    await assert.rejects(async () => open("h:1").admit?.(request, context), {
      message: "A datastore of type 'AzureFile' needs 'accountName' and 'fileShareName'.",
    });
  });

  it("answers a SAS for our own storage, also when the server has moved to another port", async () => {
    const definition = open("127.0.0.1:9000");
    const resource = stored(OWN, null);
    const request = { resource, body: { expirableSecret: true }, query: {}, principal: systemPrincipal };
    assert.deepEqual(await definition.actions?.["listSecrets"]?.(request, context), {
      secretsType: "Sas",
      sasToken: "sas-of-lz0123456789abcdef/c",
    });
    const shown = await definition.render?.(resource, context);
    assert.equal(shown?.["accountName"], "127.0.0.1:9000/lz0123456789abcdef");
  });
});
