import { parse } from "yaml";
import { z } from "zod";

import type { ArtifactPath } from "../artifacts/artifact-path.ts";
import { findText } from "../artifacts/artifact-store.ts";
import type { OperationContext } from "../operation.ts";

const MODEL_FILE = "MLmodel";
const MODEL_FILE_BYTES_MAX = 4 * 1024 * 1024;
const ALIASES_MAX = 100;

const modelFile = z.looseObject({ flavors: z.record(z.string(), z.record(z.string(), z.unknown()).nullish()) });

export type Flavors = Readonly<Record<string, { readonly data: Readonly<Record<string, string>> }>>;

/** Flavors of the MLmodel file in a folder, as Azure shows them; `undefined` where there is no such file. */
export async function readFlavors(path: ArtifactPath, context: OperationContext): Promise<Flavors | undefined> {
  const text = await findText(context, [...path, MODEL_FILE], MODEL_FILE_BYTES_MAX);
  const parsed = text === undefined ? undefined : modelFile.safeParse(tryParse(text));
  if (parsed?.success !== true) return undefined;
  return Object.fromEntries(
    Object.entries(parsed.data.flavors).map(([flavor, data]) => [flavor, { data: toTexts(data ?? {}) }]),
  );
}

function tryParse(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: ALIASES_MAX });
  } catch {
    // A file of this name that is not YAML: the model has no flavors.
    return undefined;
  }
}

function toTexts(data: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value ?? "")]),
  );
}
