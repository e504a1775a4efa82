import { parse } from "yaml";
import { z } from "zod";

import { isPythonPackage, PYPI_NAMES } from "./conda-names.ts";

const condaFileSchema = z.object({
  dependencies: z
    .array(z.union([z.string(), z.object({ pip: z.array(z.string()).nullable() })]))
    .nullable()
    .default([]),
});

/** A conda file said in pip's words. */
export interface TranslatedCondaFile {
  readonly pythonVersion: string | undefined;
  readonly requirements: readonly string[];
  /** What has no place in a virtual environment, each with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** Throws a `ZodError` or the YAML parser's error for what is not a conda file. */
export function translateCondaFile(text: string): TranslatedCondaFile {
  const { dependencies } = condaFileSchema.parse(parse(text) ?? {});
  let pythonVersion: string | undefined;
  const requirements: string[] = [];
  const skipped: Record<string, string> = {};
  for (const dependency of dependencies ?? []) {
    if (typeof dependency !== "string") {
      requirements.push(...(dependency.pip ?? []));
      continue;
    }
    const { name, version } = parseMatchSpec(dependency);
    if (name === "python") pythonVersion = versionNumber(version);
    else if (isPythonPackage(name)) requirements.push((PYPI_NAMES[name] ?? name) + toPipVersion(version));
    else skipped[name] = "not a Python package; the machine's own is used where there is one";
  }
  return { pythonVersion, requirements: [...requirements, ...companions(requirements)], skipped };
}

/** Conda's pip depends on setuptools, and older packages import it without asking for it. */
function companions(requirements: readonly string[]): readonly string[] {
  const has = (name: string) => requirements.some((line) => new RegExp(`^${name}(?![\\w.-])`, "i").test(line));
  return has("pip") && !has("setuptools") ? ["setuptools"] : [];
}

/** `channel::name[=version[=build]]`, `name >=1,<2`, `name 1.2.*`. */
function parseMatchSpec(text: string): { name: string; version: string } {
  const withoutChannel = text
    .trim()
    .replace(/^[^\s=<>!]*::/, "")
    .replace(/\[.*\]$/, "");
  const match = /^([A-Za-z0-9_.-]+)\s*(.*)$/.exec(withoutChannel);
  const rest = (match?.[2] ?? "").trim();
  // A third part is the build string: `numpy=1.21=py38h…`, or `numpy 1.21 py38h…`.
  const version = /^(==?|)([^=\s<>!~]+)(?:[=\s].*)$/.exec(rest);
  return { name: (match?.[1] ?? "").toLowerCase(), version: version === null ? rest : `${version[1]}${version[2]}` };
}

/** Conda's `=1.2` and `1.2` mean "1.2 and whatever follows it", `==1.2` means exactly that. */
function toPipVersion(version: string): string {
  const compact = version.replaceAll(/\s+/g, "");
  if (compact === "" || compact === "*") return "";
  if (/^[<>!~]/.test(compact) || compact.startsWith("==")) return compact;
  const number = compact.replace(/^=/, "");
  if (/[<>!]/.test(number)) return `==${number.replace(/\*?$/, "")}`;
  return number.endsWith("*") ? `==${number.replace(/\.?\*$/, "")}.*` : `==${number}.*`;
}

function versionNumber(version: string): string | undefined {
  return /\d+(?:\.\d+)*/.exec(version)?.[0];
}
