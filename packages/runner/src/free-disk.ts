import { rmSync, statfsSync } from "node:fs";

import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import type { TaskFolders } from "./task-folders.ts";

/** With less than this the server on the same disk cannot be sure to write down how the task ended. */
const FREE_BYTES_MIN = 64 * 1024 * 1024;

/**
 * Removes what a task worked with once its outputs are safe, where the disk is short: without room on it, a server on
 * this machine could not take the task's last report, and the task's folder would fill the disk for ever. Answers
 * whether it was.
 */
export function freeShortDisk({ root, code, inputs, outputs, layer }: TaskFolders): boolean {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize >= FREE_BYTES_MIN) return false;
  for (const folder of [code, inputs, outputs, layer]) rmSync(folder, { recursive: true, force: true });
  return true;
}

/** A command that fails on a full disk cannot even log why. */
export function describeShortDisk(error: TaskError): TaskError {
  return {
    ...error,
    category: "system",
    code: "DiskFull",
    message: `The node's disk is full: ${error.message}`,
    hint: "Let the command write less, or free some disk space on the node, then submit again.",
  };
}
