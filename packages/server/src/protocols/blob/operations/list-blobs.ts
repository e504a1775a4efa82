import type { BlobProperties } from "../../../blobs/blob-store.ts";
import { parsePage } from "../parse-page.ts";
import { renderDate } from "../render-headers.ts";
import { getContainerName } from "../request-target.ts";
import type { StorageOperation } from "../storage-operation.ts";
import { renderName, renderXml, type XmlElement } from "../storage-xml.ts";

export const listBlobs: StorageOperation = {
  name: "ListBlobs",
  access: "read",
  serviceSas: "l",
  accountSas: "l",
  resourceType: "c",
  async run(request, { blobs }) {
    const page = parsePage(request);
    const container = getContainerName(request);
    const delimiter = request.query.get("delimiter");
    const withMetadata = (request.query.get("include") ?? "").split(",").includes("metadata");
    const result = await blobs.list({
      account: request.account,
      container,
      limit: page.limit,
      ...(page.prefix !== undefined && { prefix: page.prefix }),
      ...(delimiter !== undefined && delimiter !== "" && { delimiter }),
      ...(page.marker !== undefined && { after: page.marker }),
    });
    const body = renderXml("EnumerationResults", {
      "@ServiceEndpoint": page.serviceEndpoint,
      "@ContainerName": container,
      ...page.echo,
      ...(delimiter !== undefined && { Delimiter: delimiter }),
      Blobs: {
        Blob: result.blobs.map((blob) => renderBlob(blob, withMetadata)),
        BlobPrefix: result.prefixes.map((prefix) => ({ Name: renderName(prefix) })),
      },
      NextMarker: result.next ?? "",
    });
    return { status: 200, headers: { "content-type": "application/xml" }, body };
  },
};

function renderBlob(blob: BlobProperties, withMetadata: boolean): XmlElement {
  return {
    Name: renderName(blob.name),
    Properties: {
      "Creation-Time": renderDate(blob.createdAt),
      "Last-Modified": renderDate(blob.modifiedAt),
      Etag: blob.etag,
      "Content-Length": blob.sizeBytes,
      "Content-Type": blob.contentType,
      "Content-Encoding": blob.contentEncoding ?? "",
      "Content-Language": blob.contentLanguage ?? "",
      "Content-MD5": blob.contentMd5 ?? "",
      "Cache-Control": blob.cacheControl ?? "",
      "Content-Disposition": blob.contentDisposition ?? "",
      BlobType: blob.kind,
      AccessTier: "Hot",
      AccessTierInferred: true,
      LeaseStatus: "unlocked",
      LeaseState: "available",
      ServerEncrypted: false,
    },
    ...(withMetadata && { Metadata: { ...blob.metadata } }),
  };
}
