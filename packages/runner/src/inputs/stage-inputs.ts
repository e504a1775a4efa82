import { cpSync, existsSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { TaskInput, TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import type { TaskFolders } from "../task-folders.ts";
import { TaskFailure } from "../task-failure.ts";
import type { BlobClient } from "./blob-client.ts";
import { checkName, linkFile, placeFiles } from "./place-files.ts";

export interface StagingContext {
  readonly folders: TaskFolders;
  /** Made on first need: tasks of this machine need no connection. */
  blobClient(): Promise<BlobClient>;
  readonly signal: AbortSignal;
}

/** Puts the code into the command's folder. Throws `TaskFailure`. */
export async function stageCode(spec: TaskSpec, context: StagingContext): Promise<void> {
  const { code } = spec;
  if (code === undefined) return;
  const target = context.folders.code;
  if (code.localFiles !== undefined) {
    placeFiles(target, code.localFiles, { isWritable: true });
    return;
  }
  if (code.url.startsWith("file:")) {
    cpSync(localPath("code", code.url), target, { recursive: true, verbatimSymlinks: true });
    return;
  }
  const client = await context.blobClient();
  await explain("the code", client.downloadFolder(code.url, target, context.signal));
}

/** Brings an input to the node in its mode; answers what its placeholder stands for. Throws `TaskFailure`. */
export async function stageInput(input: TaskInput, context: StagingContext): Promise<string> {
  if (input.mode === "direct") return input.url;
  const folder = join(context.folders.inputs, checkName(input.name));
  const isWritable = input.mode !== "ro_mount" && input.mode !== "eval_mount";
  if (input.url.startsWith("file:") && input.localFiles === undefined) return stageFileUrl(input, folder, isWritable);
  const path = input.isFolder ? folder : join(folder, fileName(input));
  if (input.localFiles !== undefined) {
    const files = input.isFolder ? input.localFiles : onlyFile(input, input.localFiles);
    placeFiles(folder, files, { isWritable });
    return path;
  }
  const client = await context.blobClient();
  const download = input.isFolder
    ? client.downloadFolder(input.url, folder, context.signal).then((count) => checkCount(input, count))
    : client.downloadFile(input.url, path, context.signal);
  await explain(`input '${input.name}'`, download);
  return path;
}

function stageFileUrl(input: TaskInput, folder: string, isWritable: boolean): string {
  const source = localPath(input.name, input.url);
  if (input.isFolder !== statSync(source).isDirectory()) {
    const [asked, found] = input.isFolder ? ["a folder", "a file"] : ["a file", "a folder"];
    throw dataFailure("WrongDataKind", `Input '${input.name}' should be ${asked}, but '${source}' is ${found}.`);
  }
  if (input.isFolder) {
    mkdirSync(join(folder, ".."), { recursive: true });
    // A mount, for reading or writing, is the folder itself.
    if (isMount(input)) symlinkSync(source, folder, "dir");
    else cpSync(source, folder, { recursive: true });
    return folder;
  }
  mkdirSync(folder, { recursive: true });
  const target = join(folder, basename(source));
  if (input.mode === "rw_mount") symlinkSync(source, target);
  else if (isWritable) cpSync(source, target);
  else linkFile(source, target);
  return target;
}

function isMount({ mode }: TaskInput): boolean {
  return mode === "ro_mount" || mode === "rw_mount" || mode === "eval_mount";
}

function localPath(name: string, url: string): string {
  const path = fileURLToPath(url);
  if (existsSync(path)) return path;
  throw dataFailure("DataNotFound", `'${name}' should be at '${path}', but nothing is there on this node.`);
}

function onlyFile(input: TaskInput, files: Readonly<Record<string, string>>): Record<string, string> {
  const [source] = Object.values(files);
  if (source === undefined) throw dataFailure("DataNotFound", `Input '${input.name}' has no file.`);
  return { [fileName(input)]: source };
}

/** The last part of the URL, so that the command sees the file's own name and ending. */
function fileName(input: TaskInput): string {
  const last = new URL(input.url).pathname.split("/").at(-1) ?? "";
  return checkName(decodeURIComponent(last) || "data");
}

function checkCount(input: TaskInput, count: number): void {
  if (count > 0) return;
  throw dataFailure("DataNotFound", `Input '${input.name}' is a folder without files; check its path.`);
}

async function explain(what: string, transfer: Promise<unknown>): Promise<void> {
  try {
    await transfer;
  } catch (error) {
    if (error instanceof TaskFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw dataFailure("DataNotReadable", `The node could not read ${what}: ${reason}.`, error);
  }
}

function dataFailure(code: string, message: string, cause?: unknown): TaskFailure {
  return new TaskFailure({ category: "data", code, message }, cause);
}
