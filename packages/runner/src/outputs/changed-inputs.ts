import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

import type { TaskInput } from "@lazuli/contract/node/task-spec.ts";

import { joinUrl } from "../inputs/blob-url.ts";
import type { OutputFile } from "./collect-outputs.ts";
import { listFiles } from "./list-files.ts";

/** An input that the command may write to, as it was before. */
export interface WritableInput {
  readonly input: TaskInput;
  /** The folder, or the file. */
  readonly path: string;
  readonly before: ReadonlyMap<string, string>;
}

/** Remembers the files of inputs in mode `rw_mount`; those of `file:` folders are written where they lie. */
export function rememberInputs(staged: readonly { input: TaskInput; path: string }[]): WritableInput[] {
  return staged
    .filter(({ input }) => input.mode === "rw_mount" && !input.url.startsWith("file:"))
    .map(({ input, path }) => ({ input, path, before: fingerprints(input, path) }));
}

/** What the command has written since; a file that it removed stays where it came from. */
export function collectChangedInputs(inputs: readonly WritableInput[]): OutputFile[] {
  return inputs.flatMap(({ input, path, before }) => {
    const after = existsSync(path) ? fingerprints(input, path) : new Map<string, string>();
    const changed = [...after].filter(([name, fingerprint]) => before.get(name) !== fingerprint);
    return changed.map(([name]) =>
      input.isFolder ? { path: join(path, name), url: joinUrl(input.url, name) } : { path, url: input.url },
    );
  });
}

function fingerprints(input: TaskInput, path: string): Map<string, string> {
  if (!input.isFolder) return new Map([["", fingerprint(path)]]);
  return new Map(listFiles(path, path).map((name) => [name, fingerprint(join(path, name))]));
}

function fingerprint(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return `${size} ${mtimeNs} ${ino}`;
}
