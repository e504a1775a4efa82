import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import type { BlobAddress, BlobProperties } from "../../blobs/blob-store.ts";
import { contentHeaders, parseRange } from "./file-headers.ts";
import type { WebDependencies } from "./web-dependencies.ts";

const ENTRIES_MAX = 1_000;
const READ_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";

const querySchema = z.object({
  workspace: z.string(),
  /** A data reference in any of Azure ML's forms. */
  uri: z.string().min(1),
  /** Below it; a folder's ends in `/`, none is the root. */
  path: z.string().default(""),
  download: z.literal("1").optional(),
});

type FileQuery = z.infer<typeof querySchema>;

/** Files behind a data reference: a folder's entries, a file's content. */
export function addFileRoutes(app: FastifyInstance, deps: WebDependencies): void {
  app.get("/studio/api/files", async (request) => {
    const query = await parseQuery(request, deps);
    const root = await locate(query, deps);
    const base = root.name === "" || root.name.endsWith("/") ? root.name : `${root.name}/`;
    const prefix = base + query.path;
    const { account, container } = root;
    const page = await deps.blobs.list({ account, container, prefix, delimiter: "/", limit: ENTRIES_MAX });
    return {
      folders: page.prefixes.map((path) => ({
        name: path.slice(prefix.length).replace(/\/$/, ""),
        path: path.slice(base.length),
      })),
      files: page.blobs
        .filter((blob) => blob.name !== prefix && blob.metadata["hdi_isfolder"] !== "true")
        .map((blob) => renderFile(blob, { prefix, base })),
      isTruncated: page.next !== undefined,
    };
  });

  app.get("/studio/api/file", async (request, reply) => {
    const query = await parseQuery(request, deps);
    const root = await locate(query, deps);
    const name = [root.name.replace(/\/$/, ""), query.path].filter((part) => part !== "").join("/");
    return sendFile({ ...root, name }, { request, reply, isDownload: query.download === "1" }, deps);
  });
}

async function parseQuery(request: FastifyRequest, deps: WebDependencies): Promise<FileQuery> {
  const principal = await deps.authenticate(request.headers, ["management"]);
  const query = querySchema.parse(request.query);
  await deps.access.assertCan(principal, READ_BLOBS, query.workspace);
  if (query.path.split("/").some((part) => part === ".." || part === ".")) {
    throw new PlatformError("BadRequest", `'${query.path}' is no path below a folder.`, { target: "path" });
  }
  return query;
}

/** Where the reference points in this workspace's own storage. */
async function locate(query: FileQuery, deps: WebDependencies): Promise<BlobAddress> {
  const location = await deps.locator.locate(query.uri, { workspaceId: query.workspace });
  if (location.kind !== "blob") {
    throw new PlatformError("Unsupported", `'${query.uri}' lies outside of this workspace and cannot be shown here.`);
  }
  const { account } = await deps.locator.artifacts(query.workspace, "any");
  if (account !== location.account) {
    throw new PlatformError("Forbidden", `'${query.uri}' belongs to another workspace; open it there.`);
  }
  return { account, container: location.container, name: location.path };
}

function renderFile(blob: BlobProperties, { prefix, base }: { prefix: string; base: string }) {
  return {
    name: blob.name.slice(prefix.length),
    path: blob.name.slice(base.length),
    sizeBytes: blob.sizeBytes,
    modifiedAt: blob.modifiedAt,
  };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly isDownload: boolean;
}

async function sendFile(address: BlobAddress, { request, reply, isDownload }: Exchange, deps: WebDependencies) {
  const blob = await deps.blobs.find(address);
  if (blob === undefined) throw new PlatformError("NotFound", `File '${address.name}' does not exist.`);
  reply.headers(contentHeaders(address.name, isDownload));
  const range = parseRange(request.headers.range, blob.sizeBytes);
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${blob.sizeBytes}`).send();
  const { start, end } = range ?? { start: 0, end: blob.sizeBytes };
  reply.header("accept-ranges", "bytes").header("content-length", end - start);
  if (range !== undefined) reply.code(206).header("content-range", `bytes ${start}-${end - 1}/${blob.sizeBytes}`);
  return reply.send(await deps.blobs.read(address, { start, end }));
}
