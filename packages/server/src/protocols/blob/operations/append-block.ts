import { APPEND_BYTES_MAX } from "../../../blobs/storage-limits.ts";
import { parseConditions, parseMd5, parseNumberHeader } from "../parse-headers.ts";
import { renderVersion } from "../render-headers.ts";
import { openBody } from "../request-body.ts";
import { getBlobAddress } from "../request-target.ts";
import type { StorageOperation } from "../storage-operation.ts";

export const appendBlock: StorageOperation = {
  name: "AppendBlock",
  access: "write",
  serviceSas: "aw",
  accountSas: "aw",
  resourceType: "o",
  async run(request, { blobs }) {
    const appended = await blobs.appendBlock(getBlobAddress(request), {
      ...parseConditions(request),
      content: openBody(request, APPEND_BYTES_MAX),
      contentMd5: parseMd5(request, "content-md5"),
      appendPosition: parseNumberHeader(request, "x-ms-blob-condition-appendpos"),
      sizeBytesMax: parseNumberHeader(request, "x-ms-blob-condition-maxsize"),
    });
    const headers = {
      ...renderVersion(appended.properties),
      "x-ms-blob-append-offset": String(appended.offsetBytes),
      "x-ms-blob-committed-block-count": String(appended.properties.blockCount),
      "x-ms-request-server-encrypted": "false",
    };
    return { status: 201, headers };
  },
};
