import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { z } from "zod";

import type { BlobAddress } from "../../blobs/blob-store.ts";
import type { Task } from "../../engine/tasks/tasks.ts";
import type { WebDependencies } from "./web-dependencies.ts";

type LogDependencies = Pick<WebDependencies, "resources" | "tasks" | "liveLogs" | "blobs" | "locator">;

const CHUNK_BYTES_MAX = 256 * 1024;
/** How often a job that has not begun, or whose log is quiet, is looked at. */
const QUIET_CHECK_MS = 1_000;
const START_CHECK_MS = 200;
const LOG_FILES_MAX = 1_000;
const LOG_FOLDERS = ["user_logs/", "azureml-logs/", "system_logs/", "logs/"] as const;

const jobShape = z.looseObject({ status: z.string() });

export interface JobLog {
  readonly workspaceId: string;
  readonly jobId: string;
  readonly jobName: string;
  /** As `user_logs/std_log.txt`. */
  readonly file: string;
}

export interface LogChunk {
  readonly text: string;
  /** Offset in bytes behind this text. */
  readonly end: number;
}

/** The log from an offset on: first what is there, then what comes, until the job has ended and all was read. */
export async function* followLog(
  log: JobLog,
  options: { readonly from: number; readonly signal: AbortSignal },
  deps: LogDependencies,
): AsyncIterable<LogChunk> {
  let offset = options.from;
  while (!options.signal.aborted) {
    // The task is looked up before reading, so that what it wrote before its end is read before the end is believed.
    const task = await findTask(log, deps);
    const bytes =
      task === undefined
        ? await readArchived(log, offset, deps)
        : await deps.liveLogs.read({ taskId: task.taskId, name: log.file }, offset, offset + CHUNK_BYTES_MAX);
    if (bytes.length > 0) {
      const whole = bytes.subarray(0, wholeLength(bytes));
      offset += whole.length;
      yield { text: new TextDecoder().decode(whole), end: offset };
    } else if (task === undefined ? await hasEnded(log, deps) : task.result !== undefined) {
      return;
    } else if (task === undefined) {
      await delay(START_CHECK_MS, undefined, { signal: options.signal }).catch(() => undefined);
    } else {
      const wait = AbortSignal.any([options.signal, AbortSignal.timeout(QUIET_CHECK_MS)]);
      await deps.liveLogs.changed({ taskId: task.taskId, name: log.file }, offset, wait);
    }
  }
}

/** Names and sizes of a job's logs, live or stored. */
export async function listLogs(
  log: Omit<JobLog, "file">,
  deps: LogDependencies,
): Promise<readonly { name: string; sizeBytes: number }[]> {
  const tasks = await deps.tasks.listByOwner(log.jobId);
  const live = (await Promise.all(tasks.map(({ taskId }) => deps.liveLogs.list(taskId)))).flat();
  if (live.length > 0) return [...new Map(live.map((one) => [one.name, one])).values()];
  const { account, container, path } = await deps.locator.artifacts(log.workspaceId, log.jobName);
  const pages = await Promise.all(
    LOG_FOLDERS.map((folder) => deps.blobs.list({ account, container, prefix: path + folder, limit: LOG_FILES_MAX })),
  );
  return pages.flatMap((page) =>
    page.blobs.map((blob) => ({ name: blob.name.slice(path.length), sizeBytes: blob.sizeBytes })),
  );
}

/** The newest task that writes the log; a job of several nodes has several. */
async function findTask(log: JobLog, deps: LogDependencies): Promise<Task | undefined> {
  const tasks = await deps.tasks.listByOwner(log.jobId);
  if (tasks.length <= 1) return tasks[0];
  for (const task of tasks.toReversed()) {
    if ((await deps.liveLogs.list(task.taskId)).some(({ name }) => name === log.file)) return task;
  }
  return tasks.at(-1);
}

async function readArchived(log: JobLog, offset: number, deps: LogDependencies): Promise<Uint8Array> {
  const address = await archiveAddress(log, deps);
  const blob = await deps.blobs.find(address);
  if (blob === undefined || blob.sizeBytes <= offset) return new Uint8Array();
  const end = Math.min(blob.sizeBytes, offset + CHUNK_BYTES_MAX);
  return buffer(await deps.blobs.read(address, { start: offset, end }));
}

async function archiveAddress(log: JobLog, deps: LogDependencies): Promise<BlobAddress> {
  const { account, container, path } = await deps.locator.artifacts(log.workspaceId, log.jobName);
  return { account, container, name: path + log.file };
}

async function hasEnded(log: JobLog, deps: LogDependencies): Promise<boolean> {
  const job = await deps.resources.find(log.jobId);
  if (job === undefined) return true;
  const state = jobShape.safeParse(job.state);
  return state.success && isTerminalStatus(state.data.status);
}

/** Bytes up to the last whole character of UTF-8; all, where the end is none at all. */
export function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (size > back && bytes.length > back) return bytes.length - back;
    break;
  }
  return bytes.length;
}
