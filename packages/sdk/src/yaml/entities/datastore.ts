import { boolean, text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, shown, unsent, variants } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";

const CREDENTIALS_FIELDS = group("credentials", {
  account_key: text(),
  sas_token: text(),
  tenant_id: text(),
  client_id: text(),
  client_secret: text(),
  certificate: text(),
  thumbprint: text(),
  resource_url: text(),
  authority_url: text(),
});

/** Which kind of credentials it is follows from the keys that are there. */
const CREDENTIALS: Codec = {
  ...CREDENTIALS_FIELDS,
  toArm(value) {
    const { account_key, sas_token, client_secret, certificate, ...rest } = isRecord(value) ? value : {};
    if (account_key !== undefined) {
      return { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: account_key } };
    }
    if (sas_token !== undefined)
      return { credentialsType: "Sas", secrets: { secretsType: "Sas", sasToken: sas_token } };
    const names = CREDENTIALS_FIELDS.toArm(rest);
    const body = isRecord(names) ? names : {};
    if (certificate !== undefined) {
      return { credentialsType: "Certificate", ...body, secrets: { secretsType: "Certificate", certificate } };
    }
    if (client_secret === undefined) return { credentialsType: "None" };
    return {
      credentialsType: "ServicePrincipal",
      ...body,
      secrets: { secretsType: "ServicePrincipal", clientSecret: client_secret },
    };
  },
  fromArm: (value) => CREDENTIALS_FIELDS.fromArm(value),
};

const COMMON = {
  name: unsent(text()),
  description: text(),
  tags: record(text()),
  properties: record(text()),
  credentials: CREDENTIALS,
  is_default: shown("isDefault", boolean()),
  service_data_access_auth_identity: text(),
};

const AZURE_STORAGE = { ...COMMON, account_name: required(text()), endpoint: text(), protocol: text() };

const DATASTORE = variants("a datastore", {
  key: "type",
  arm: "datastoreType",
  cases: {
    azure_blob: {
      arm: "AzureBlob",
      codec: group("a blob datastore", { ...AZURE_STORAGE, container_name: required(text()) }, { root: true }),
    },
    azure_file: {
      arm: "AzureFile",
      codec: group("a file datastore", { ...AZURE_STORAGE, file_share_name: required(text()) }, { root: true }),
    },
    azure_data_lake_gen2: {
      arm: "AzureDataLakeGen2",
      codec: group("a Data Lake Gen2 datastore", { ...AZURE_STORAGE, filesystem: required(text()) }, { root: true }),
    },
    azure_data_lake_gen1: {
      arm: "AzureDataLakeGen1",
      codec: group("a Data Lake Gen1 datastore", { ...COMMON, store_name: required(text()) }, { root: true }),
    },
    one_lake: {
      arm: "OneLake",
      codec: group(
        "a OneLake datastore",
        {
          ...COMMON,
          endpoint: text(),
          one_lake_workspace_name: required(text()),
          artifact: group("an artifact", {
            name: renamed("artifactName", text()),
            type: renamed("artifactType", word({ lake_house: "LakeHouse" })),
          }),
        },
        { root: true },
      ),
    },
  },
});

const CODEC: Codec = {
  ...DATASTORE,
  toArm(value) {
    const body = DATASTORE.toArm(value);
    if (!isRecord(body)) return body;
    return { credentials: { credentialsType: "None" }, ...body };
  },
};

export const datastoreEntity = defineEntity({ noun: "datastore", what: "a datastore", codec: CODEC });
