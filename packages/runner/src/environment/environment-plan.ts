import { createHash } from "node:crypto";

import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";

import type { TranslatedCondaFile } from "./conda-file.ts";

/** Counts up when the same plan would be built another way. */
const FORMAT = 1;
const IMAGE_PYTHON = /(?:python[:-]?|py)(3)[.]?(\d{1,2})(?!\d)/i;

/** What to build, said in pip's words. */
export interface EnvironmentPlan {
  readonly name: string;
  /** Version asked for, as `3.10`; `undefined`: any. */
  readonly pythonVersion: string | undefined;
  readonly requirements: readonly string[];
  readonly substitutions: Readonly<Record<string, string>>;
}

/** @param conda The spec's conda file, where it has one. */
export function planEnvironment(spec: EnvironmentSpec, conda?: TranslatedCondaFile): EnvironmentPlan {
  const all = [...spec.requirements, ...(conda?.requirements ?? [])].map((line) => line.trim());
  const usable = all.filter((line) => line !== "" && !line.startsWith("#") && !isLocalReference(line));
  const local = all.filter(isLocalReference);
  return {
    name: spec.name,
    pythonVersion: spec.pythonVersion ?? conda?.pythonVersion ?? pythonOfImage(spec.image),
    requirements: usable,
    substitutions: {
      ...conda?.skipped,
      ...Object.fromEntries(local.map((line) => [line, "names a file that does not travel with the environment"])),
    },
  };
}

/** Names the folder of an environment: the same for the same content, whatever its name. */
export function digestPlan(plan: EnvironmentPlan, interpreter: { path: string; version: string }): string {
  const content = [FORMAT, interpreter.path, interpreter.version, plan.requirements];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 24);
}

/** `-r other.txt`, `-e .`, `./package`: files beside the conda file, which only its author has. */
function isLocalReference(line: string): boolean {
  const target = /^(?:-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(\S+)/.exec(line)?.[1] ?? line;
  if (/^(git\+|https?:|file:|\/|-)/.test(target)) return false;
  return target !== line || /^\.{1,2}(\/|$)/.test(line);
}

function pythonOfImage(image: string | undefined): string | undefined {
  const match = IMAGE_PYTHON.exec(image ?? "");
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}
