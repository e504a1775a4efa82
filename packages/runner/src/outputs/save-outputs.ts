import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import type { BlobClient } from "../inputs/blob-client.ts";
import { ServerRefusal, type ServerConnection } from "../server-connection.ts";
import { TaskFailure } from "../task-failure.ts";
import type { TaskFolders } from "../task-folders.ts";
import { copyToFolders, relativeTo, type OutputFile } from "./collect-outputs.ts";

const FILES_PER_ADOPTION = 500;
/** Half a minute of tries; then the outputs are said to be lost rather than waited for. */
const FAULTS_MAX = 15;

export interface SaveContext {
  readonly spec: TaskSpec;
  readonly folders: TaskFolders;
  readonly connection: ServerConnection;
  /** The server can reach the task's files by their paths. */
  readonly isLocal: boolean;
  blobClient(): Promise<BlobClient>;
  readonly signal: AbortSignal;
}

/** Brings files to where they go: taken in by the server on its own machine, uploaded otherwise. Throws `TaskFailure`. */
export async function saveOutputs(files: readonly OutputFile[], context: SaveContext): Promise<void> {
  const remote = copyToFolders(files);
  const { host } = new URL(context.spec.artifactsUrl);
  const isAdoptable = ({ url }: OutputFile): boolean => context.isLocal && new URL(url).host === host;
  const rest = remote.filter((file) => !isAdoptable(file));
  try {
    rest.push(...(await adopt(remote.filter(isAdoptable), context)));
    if (rest.length > 0) await (await context.blobClient()).uploadFiles(rest, context.signal);
  } catch (error) {
    if (context.signal.aborted || error instanceof TaskFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TaskFailure(
      { category: "data", code: "OutputNotSaved", message: `The outputs could not be saved: ${reason}.` },
      error,
    );
  }
}

/** Answers the files that must be uploaded because the server cannot reach them. */
async function adopt(files: readonly OutputFile[], context: SaveContext): Promise<readonly OutputFile[]> {
  const { spec, folders, connection, signal } = context;
  const path = `/node/v1/tasks/${encodeURIComponent(spec.taskId)}/adopt`;
  for (let start = 0; start < files.length; start += FILES_PER_ADOPTION) {
    const part = files.slice(start, start + FILES_PER_ADOPTION).map((file) => relativeTo(folders, file));
    const body = JSON.stringify({ files: part });
    try {
      const request = { path, token: spec.token, body, contentType: "application/json", faultsMax: FAULTS_MAX };
      await connection.post(request, signal);
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== 400) throw error;
      return files.slice(start);
    }
  }
  return [];
}
