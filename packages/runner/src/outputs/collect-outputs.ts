import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { TaskOutput, TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { joinUrl } from "../inputs/blob-url.ts";
import { checkName } from "../inputs/place-files.ts";
import type { TaskFolders } from "../task-folders.ts";
import { listFiles } from "./list-files.ts";

const ARTIFACT_FOLDERS = ["outputs", "logs"];

export interface OutputFile {
  /** Absolute path on the node. */
  readonly path: string;
  /** Where it goes. */
  readonly url: string;
}

/** Makes the place of an output; answers what its placeholder stands for. */
export function prepareOutput(output: TaskOutput, folders: TaskFolders): string {
  if (output.mode === "direct") return output.url;
  const folder = join(folders.outputs, checkName(output.name));
  mkdirSync(folder, { recursive: true });
  return isFile(output) ? join(folder, fileName(output)) : folder;
}

/** Everything that the command left in its outputs, `./outputs` and `./logs`, with where it goes. */
export function collectOutputs(spec: TaskSpec, folders: TaskFolders): OutputFile[] {
  return [...spec.outputs.flatMap((output) => filesOfOutput(output, folders)), ...artifactsOf(spec, folders)];
}

function artifactsOf(spec: TaskSpec, folders: TaskFolders): OutputFile[] {
  return ARTIFACT_FOLDERS.flatMap((name) => {
    const folder = join(folders.code, name);
    if (!isFolder(folder)) return [];
    return listFiles(folder, folders.root).map((file) => ({
      path: join(folder, file),
      url: joinUrl(spec.artifactsUrl, `${name}/${file}`),
    }));
  });
}

function filesOfOutput(output: TaskOutput, folders: TaskFolders): OutputFile[] {
  if (output.mode === "direct") return [];
  const folder = join(folders.outputs, output.name);
  if (isFile(output)) {
    const path = join(folder, fileName(output));
    return existsSync(path) && statSync(path).isFile() ? [{ path, url: output.url }] : [];
  }
  return listFiles(folder, folders.root).map((file) => ({ path: join(folder, file), url: joinUrl(output.url, file) }));
}

/** Copies outputs of datastores that are folders of this node; answers the rest. */
export function copyToFolders(files: readonly OutputFile[]): OutputFile[] {
  return files.filter(({ path, url }) => {
    if (!url.startsWith("file:")) return true;
    const target = fileURLToPath(url);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
    return false;
  });
}

/** Paths as the server is told them: relative to the working folder. */
export function relativeTo(folders: TaskFolders, file: OutputFile): OutputFile {
  return { path: relative(folders.root, file.path), url: file.url };
}

function isFile(output: TaskOutput): boolean {
  return !(output.url.split("?")[0] ?? "").endsWith("/");
}

function fileName(output: TaskOutput): string {
  return checkName(decodeURIComponent(new URL(output.url).pathname.split("/").at(-1) ?? "") || output.name);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
