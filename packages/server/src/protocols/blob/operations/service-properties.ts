import type { StorageOperation } from "../storage-operation.ts";
import { renderXml } from "../storage-xml.ts";

/** What the service is set to; there is nothing to set yet. */
export const getServiceProperties: StorageOperation = {
  name: "GetBlobServiceProperties",
  access: "read",
  serviceSas: "",
  accountSas: "r",
  resourceType: "s",
  async run(_request, { corsOrigins = [] }) {
    const off = { Version: "1.0", Enabled: false, RetentionPolicy: { Enabled: false } };
    const rule = {
      AllowedOrigins: corsOrigins.join(","),
      AllowedMethods: "GET,HEAD,PUT,POST,DELETE,OPTIONS",
      MaxAgeInSeconds: 3600,
      ExposedHeaders: "*",
      AllowedHeaders: "*",
    };
    const body = renderXml("StorageServiceProperties", {
      Logging: { Version: "1.0", Delete: false, Read: false, Write: false, RetentionPolicy: { Enabled: false } },
      HourMetrics: off,
      MinuteMetrics: off,
      Cors: corsOrigins.length === 0 ? "" : { CorsRule: rule },
      DefaultServiceVersion: "2021-12-02",
      DeleteRetentionPolicy: { Enabled: false },
      StaticWebsite: { Enabled: false },
    });
    return { status: 200, headers: { "content-type": "application/xml" }, body };
  },
};

export const getAccountInformation: StorageOperation = {
  name: "GetAccountInformation",
  access: "read",
  serviceSas: "racwdl",
  accountSas: "racwdl",
  resourceType: "s",
  async run() {
    return {
      status: 200,
      headers: { "x-ms-sku-name": "Standard_LRS", "x-ms-account-kind": "StorageV2", "x-ms-is-hns-enabled": "false" },
    };
  },
};
