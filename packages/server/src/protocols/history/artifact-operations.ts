import { PlatformError } from "@lazuli/contract/errors.ts";
import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";

import type { HistoryDependencies, HistoryOperation, HistoryRequest } from "./history-dependencies.ts";
import { time } from "./render-run.ts";

const ORIGIN = "ExperimentRun";
const PAGE_SIZE = 1_000;
const LINK_MS = 24 * 3_600_000;

/** `artifacts/ExperimentRun/dcid.<run>`: the files of a run. */
export const listArtifacts: HistoryOperation = async (request, deps) => {
  const { files, next } = await listFiles(request, request.parts.slice(1), deps);
  const value = files.map(({ path, blob }) => ({
    artifactId: `${ORIGIN}/${containerOf(request.parts.slice(1))}/${path}`,
    origin: ORIGIN,
    container: containerOf(request.parts.slice(1)),
    path,
    etag: blob.etag,
    createdTime: time(blob.createdAt),
  }));
  return { value, continuationToken: next ?? null, nextLink: null };
};

/** `artifacts/prefix/contentinfo/ExperimentRun/dcid.<run>`: files with addresses that need no token. */
export const listContent: HistoryOperation = async (request, deps) => {
  const place = request.parts.slice(3);
  const { files, next } = await listFiles(request, place, deps);
  const value = await Promise.all(files.map(({ path }) => contentInfo(request, { place, path }, deps)));
  return { value, continuationToken: next ?? null, nextLink: null };
};

/** `artifacts/contentinfo/ExperimentRun/dcid.<run>?path=…`: one file. */
export const getContent: HistoryOperation = async (request, deps) => {
  const place = request.parts.slice(2);
  const path = request.query["path"] ?? place.slice(2).join("/");
  return contentInfo(request, { place, path }, deps);
};

async function listFiles(request: HistoryRequest, place: readonly string[], deps: HistoryDependencies) {
  const folder = await deps.locator.artifacts(request.workspaceId, runOf(place));
  const { account, container, path } = folder;
  const after = request.query["continuationToken"] ?? request.query["continuationtoken"];
  const page = await deps.blobs.list({
    account,
    container,
    prefix: path + (request.query["path"] ?? ""),
    limit: PAGE_SIZE,
    ...(after !== undefined && { after }),
  });
  return { files: page.blobs.map((blob) => ({ path: blob.name.slice(path.length), blob })), next: page.next };
}

async function contentInfo(
  request: HistoryRequest,
  file: { place: readonly string[]; path: string },
  deps: HistoryDependencies,
): Promise<Record<string, unknown>> {
  const folder = await deps.locator.artifacts(request.workspaceId, runOf(file.place));
  const name = folder.path + file.path;
  const { account, container } = folder;
  if ((await deps.blobs.find({ account, container, name })) === undefined) {
    throw new PlatformError("NotFound", `Artifact '${file.path}' of run '${runOf(file.place)}' does not exist.`);
  }
  const sas = await deps.blobs.signSas({
    account,
    container,
    name,
    permissions: "r",
    expiresAt: deps.clock.now() + LINK_MS,
  });
  const encoded = name.split("/").map(encodeURIComponent).join("/");
  return {
    contentUri: `${deps.baseUrl}/${account}.blob.${STORAGE_SUFFIX}/${container}/${encoded}?${sas}`,
    origin: ORIGIN,
    container: containerOf(file.place),
    path: file.path,
    tags: {},
  };
}

/** Throws `NotFound` for other origins: only runs have artifacts here. */
function runOf(place: readonly string[]): string {
  const container = containerOf(place);
  if (place[0]?.toLowerCase() === ORIGIN.toLowerCase() && container.startsWith("dcid."))
    return container.slice("dcid.".length);
  throw new PlatformError("NotFound", `There are no artifacts at '${place.join("/")}'.`);
}

function containerOf(place: readonly string[]): string {
  return place[1] ?? "";
}
