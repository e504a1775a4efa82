import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import type { BlobProperties } from "../../../blobs/blob-store.ts";
import type { OperationContext } from "../operation.ts";
import { parseInput } from "../parse-input.ts";
import { anyText, integer, list, requiredText } from "../wire-fields.ts";
import { parseArtifactPath, type ArtifactPath } from "./artifact-path.ts";
import { listFolder, readArtifact, removeArtifact, writeArtifact } from "./artifact-store.ts";

const PARTS_MAX = 10_000;
const UPLOAD_ID_BYTES = 16;
const UPLOADS_FOLDER = "Uploads";

export interface ArtifactRequest {
  readonly method: string;
  /** Below `/mlflow-artifacts`, decoded once. */
  readonly path: string;
  readonly query: unknown;
  readonly body: Readable;
  readJson(): Promise<unknown>;
  /** Base URL of this API in this workspace, which the client reached us under. */
  readonly apiUrl: string;
  readonly authorization: string;
}

export interface ArtifactReply {
  readonly json?: unknown;
  readonly file?: { readonly properties: BlobProperties; readonly content: Readable };
  readonly etag?: string;
}

/** The artifact proxy: clients read and write files of runs and models without knowing where they lie. */
export async function serveArtifacts(request: ArtifactRequest, context: OperationContext): Promise<ArtifactReply> {
  const [, service = "", rest = ""] =
    /^\/(artifacts|mpu\/create|mpu\/complete|mpu\/abort|mpu\/part)(?:\/(.*))?$/s.exec(request.path) ?? [];
  if (service === "artifacts") return serveFile(request, rest, context);
  if (service === "mpu/part" && request.method === "PUT") return putPart(request, rest, context);
  if (service !== "" && request.method === "POST") return serveMultipart(service, { request, rest }, context);
  throw new PlatformError("NotFound", `No such endpoint: ${request.method} /mlflow-artifacts${request.path}`, {
    azureCode: "ENDPOINT_NOT_FOUND",
  });
}

async function serveFile(request: ArtifactRequest, rest: string, context: OperationContext): Promise<ArtifactReply> {
  if (request.method === "GET" && rest === "") {
    const { path } = parseInput(z.object({ path: anyText }), request.query);
    return { json: { files: await listFolder(context, parseArtifactPath(path.replace(/\/+$/, "")), "") } };
  }
  const path = parseArtifactPath(rest);
  if (request.method === "GET") return { file: await readArtifact(context, path) };
  if (request.method === "PUT") await writeArtifact(context, path, request.body);
  else if (request.method === "DELETE") await removeArtifact(context, path);
  else throw new PlatformError("BadRequest", `Artifacts know GET, PUT and DELETE, not ${request.method}.`);
  return { json: {} };
}

const createBody = z.object({ path: requiredText, num_parts: integer });
const completeBody = z.object({
  path: requiredText,
  upload_id: requiredText,
  parts: list(z.object({ part_number: integer })),
});
const abortBody = z.object({ path: requiredText, upload_id: requiredText });

/** Parts are kept as files of their own until the upload is completed, then joined. */
async function serveMultipart(
  service: string,
  { request, rest }: { readonly request: ArtifactRequest; readonly rest: string },
  context: OperationContext,
): Promise<ArtifactReply> {
  const body = await request.readJson();
  if (service === "mpu/create") return createUpload(request, parseInput(createBody, body));
  const uploadId = parseInput(abortBody, body).upload_id;
  const uploadFolder = parseArtifactPath(`${UPLOADS_FOLDER}/${uploadId}`);
  if (service === "mpu/complete") {
    const { path, parts } = parseInput(completeBody, body);
    const target = [...parseArtifactPath(rest), ...parseArtifactPath(fileName(path))];
    const numbers = parts.map((part) => part.part_number).toSorted((one, other) => one - other);
    await writeArtifact(context, target, Readable.from(joinParts(context, uploadFolder, numbers)));
  }
  await removeArtifact(context, uploadFolder);
  return { json: {} };
}

function createUpload(request: ArtifactRequest, body: z.infer<typeof createBody>): ArtifactReply {
  if (body.num_parts < 1 || body.num_parts > PARTS_MAX) {
    throw new PlatformError("BadRequest", `An upload has 1 to ${PARTS_MAX} parts, not ${body.num_parts}.`, {
      target: "num_parts",
    });
  }
  const uploadId = randomBytes(UPLOAD_ID_BYTES).toString("hex");
  const credentials = Array.from({ length: body.num_parts }, (_, index) => ({
    url: `${request.apiUrl}/mlflow-artifacts/mpu/part/${uploadId}/${index + 1}`,
    part_number: index + 1,
    headers: { Authorization: request.authorization },
  }));
  return { json: { upload_id: uploadId, credentials } };
}

async function putPart(request: ArtifactRequest, rest: string, context: OperationContext): Promise<ArtifactReply> {
  const [uploadId = "", number = ""] = /^([0-9a-f]{32})\/(\d{1,5})$/.exec(rest)?.slice(1) ?? [];
  if (uploadId === "")
    throw new PlatformError("BadRequest", `'${rest}' names no part of an upload.`, { target: "path" });
  await writeArtifact(context, [UPLOADS_FOLDER, uploadId, number], request.body);
  return { json: {}, etag: `"${uploadId}-${number}"` };
}

async function* joinParts(context: OperationContext, folder: ArtifactPath, numbers: readonly number[]) {
  for (const number of numbers) {
    const { content } = await readArtifact(context, [...folder, String(number)]);
    yield* content;
  }
}

/** Clients send the whole local path of the file; only its name counts. */
function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? "";
}
