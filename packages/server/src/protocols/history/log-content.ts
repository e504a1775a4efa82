import { Readable } from "node:stream";

import type { HistoryDependencies } from "./history-dependencies.ts";

export interface LogContent {
  readonly contentType: string;
  readonly content: Readable;
}

const TEXT = "text/plain; charset=utf-8";
const CHUNK_BYTES = 1024 * 1024;

/** A log that still grows, as far as it is now. */
export async function readLiveLog(
  jobId: string,
  name: string,
  deps: Pick<HistoryDependencies, "tasks" | "liveLogs">,
): Promise<LogContent | undefined> {
  for (const { taskId } of (await deps.tasks.listByOwner(jobId)).toReversed()) {
    const log = (await deps.liveLogs.list(taskId)).find((one) => one.name === name);
    if (log === undefined) continue;
    return { contentType: TEXT, content: Readable.from(readChunks(deps.liveLogs, { taskId, ...log })) };
  }
  return undefined;
}

/** A file of a run's artifacts. */
export async function readArtifact(
  file: { workspaceId: string; run: string; path: string },
  deps: Pick<HistoryDependencies, "blobs" | "locator">,
): Promise<LogContent | undefined> {
  const folder = await deps.locator.artifacts(file.workspaceId, file.run);
  const address = { account: folder.account, container: folder.container, name: folder.path + file.path };
  const blob = await deps.blobs.find(address);
  if (blob === undefined) return undefined;
  return { contentType: blob.contentType, content: await deps.blobs.read(address) };
}

async function* readChunks(
  liveLogs: HistoryDependencies["liveLogs"],
  log: { taskId: string; name: string; sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < log.sizeBytes;) {
    const bytes = await liveLogs.read(log, start, Math.min(start + CHUNK_BYTES, log.sizeBytes));
    if (bytes.length === 0) return;
    yield bytes;
    start += bytes.length;
  }
}
