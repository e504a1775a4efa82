import type { ContainerProperties } from "../../../blobs/containers.ts";
import { parsePage } from "../parse-page.ts";
import { renderDate } from "../render-headers.ts";
import type { StorageOperation } from "../storage-operation.ts";
import { renderXml, type XmlElement } from "../storage-xml.ts";

export const listContainers: StorageOperation = {
  name: "ListContainers",
  access: "read",
  serviceSas: "",
  accountSas: "l",
  resourceType: "s",
  async run(request, { blobs }) {
    const page = parsePage(request);
    const include = (request.query.get("include") ?? "").split(",");
    const result = await blobs.listContainers({
      account: request.account,
      prefix: page.prefix,
      limit: page.limit,
      after: page.marker,
    });
    const withMetadata = include.includes("metadata");
    const body = renderXml("EnumerationResults", {
      "@ServiceEndpoint": page.serviceEndpoint,
      ...page.echo,
      Containers: { Container: result.containers.map((container) => renderContainer(container, withMetadata)) },
      NextMarker: result.next ?? "",
    });
    return { status: 200, headers: { "content-type": "application/xml" }, body };
  },
};

function renderContainer(container: ContainerProperties, withMetadata: boolean): XmlElement {
  return {
    Name: container.name,
    Properties: {
      "Last-Modified": renderDate(container.modifiedAt),
      Etag: container.etag,
      LeaseStatus: "unlocked",
      LeaseState: "available",
      HasImmutabilityPolicy: false,
      HasLegalHold: false,
    },
    ...(withMetadata && { Metadata: { ...container.metadata } }),
  };
}
