import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/** Where things of a task lie. */
export interface TaskFolders {
  /** The task's working folder: all below it is the task's. */
  readonly root: string;
  /** Current folder of the command: the code, with `outputs/` and `logs/` in it. */
  readonly code: string;
  readonly inputs: string;
  readonly outputs: string;
  /** Virtual environment of the task's own, upon the shared one, when its command installs packages. */
  readonly layer: string;
  /** What programs beside the command need; no other user may look in. */
  readonly services: string;
  readonly log: string;
  readonly buildLog: string;
}

export const LOG_NAME = "user_logs/std_log.txt";
export const BUILD_LOG_NAME = "azureml-logs/20_image_build_log.txt";

export function makeTaskFolders(root: string): TaskFolders {
  const folders = {
    root,
    code: join(root, "wd"),
    inputs: join(root, "inputs"),
    outputs: join(root, "named-outputs"),
    layer: join(root, "environment"),
    services: join(root, "services"),
    log: join(root, LOG_NAME),
    buildLog: join(root, BUILD_LOG_NAME),
  };
  for (const folder of [folders.code, join(root, "user_logs")]) {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  return folders;
}

/** Folders beside the code that commands write to without making them, as on Azure. */
export const RESULT_FOLDERS = ["outputs", "logs"] as const;

/** Name, in the task's folder, under which such a folder waits for the code to be there first. */
export function spareResultFolder(name: string): string {
  return `spare-${name}`;
}

/** Puts `./outputs` and `./logs` where the code is; a file of that name in the code stays. */
export function ensureResultFolders(folders: TaskFolders): void {
  for (const name of RESULT_FOLDERS) {
    const folder = join(folders.code, name);
    const spare = join(folders.root, spareResultFolder(name));
    if (existsSync(folder)) continue;
    if (existsSync(spare)) renameSync(spare, folder);
    else mkdirSync(folder);
  }
}
