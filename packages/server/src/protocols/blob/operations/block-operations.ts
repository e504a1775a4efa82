import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlockChoice, BlockSummary } from "../../../blobs/blocks.ts";
import { BLOCK_BYTES_MAX } from "../../../blobs/storage-limits.ts";
import { parseBlobHeaders, parseConditions, parseMd5, parseMetadata } from "../parse-headers.ts";
import { isLimitedToCreate } from "../grant.ts";
import { renderVersion } from "../render-headers.ts";
import { openBody, readText } from "../request-body.ts";
import { getBlobAddress } from "../request-target.ts";
import type { StorageRequest } from "../storage-request.ts";
import type { StorageOperation } from "../storage-operation.ts";
import { parseXmlItems, renderXml } from "../storage-xml.ts";

/** A list of 50,000 ids of 64 bytes in the longest element. */
const BLOCK_LIST_BYTES_MAX = 8 * 1024 * 1024;
const SOURCES: ReadonlyMap<string, BlockChoice["from"]> = new Map([
  ["Committed", "committed"],
  ["Uncommitted", "uncommitted"],
  ["Latest", "latest"],
]);
const WRITE = { access: "write", serviceSas: "cw", accountSas: "cw", resourceType: "o" } as const;

export const putBlock: StorageOperation = {
  ...WRITE,
  name: "PutBlock",
  async run(request, { blobs }) {
    const md5 = await blobs.putBlock(getBlobAddress(request), {
      id: getBlockId(request),
      content: openBody(request, BLOCK_BYTES_MAX),
      contentMd5: parseMd5(request, "content-md5"),
    });
    const headers = { "content-md5": md5.toString("base64"), "x-ms-request-server-encrypted": "false" };
    return { status: 201, headers };
  },
};

export const putBlockList: StorageOperation = {
  ...WRITE,
  name: "PutBlockList",
  async run(request, { blobs, grant }) {
    const items = parseXmlItems(await readText(request, BLOCK_LIST_BYTES_MAX), "BlockList");
    const blocks = items.map(({ name, text }) => ({ id: text.trim(), from: toSource(name) }));
    const options = {
      ...parseBlobHeaders(request),
      ...parseConditions(request),
      ...(isLimitedToCreate(grant) && { ifNoneMatch: "*" }),
      metadata: parseMetadata(request),
    };
    const blob = await blobs.putBlockList(getBlobAddress(request), { blocks, options });
    return { status: 201, headers: { ...renderVersion(blob), "x-ms-request-server-encrypted": "false" } };
  },
};

export const getBlockList: StorageOperation = {
  name: "GetBlockList",
  access: "read",
  serviceSas: "r",
  accountSas: "r",
  resourceType: "o",
  async run(request, { blobs }) {
    const wanted = request.query.get("blocklisttype") ?? "committed";
    if (!["committed", "uncommitted", "all"].includes(wanted)) {
      throw new PlatformError("BadRequest", `'${wanted}' is no value for 'blocklisttype'.`, {
        azureCode: "InvalidQueryParameterValue",
      });
    }
    const list = await blobs.getBlockList(getBlobAddress(request));
    const body = renderXml("BlockList", {
      ...(wanted !== "uncommitted" && { CommittedBlocks: renderBlocks(list.committed) }),
      ...(wanted !== "committed" && { UncommittedBlocks: renderBlocks(list.uncommitted) }),
    });
    const headers = {
      "content-type": "application/xml",
      "x-ms-blob-content-length": String(list.blob?.sizeBytes ?? 0),
      ...(list.blob !== undefined && renderVersion(list.blob)),
    };
    return { status: 200, headers, body };
  },
};

export function getBlockId(request: StorageRequest): string {
  const id = request.query.get("blockid");
  if (id !== undefined && id !== "") return id.replaceAll(" ", "+");
  throw new PlatformError("BadRequest", "Put Block needs 'blockid'.", { azureCode: "MissingRequiredQueryParameter" });
}

function toSource(name: string): BlockChoice["from"] {
  const source = SOURCES.get(name);
  if (source !== undefined) return source;
  throw new PlatformError("BadRequest", `A block list has no element '${name}'.`, { azureCode: "InvalidXmlDocument" });
}

function renderBlocks(blocks: readonly BlockSummary[]) {
  return { Block: blocks.map((block) => ({ Name: block.id, Size: block.sizeBytes })) };
}
