import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";

import {
  EMPTY_NAMES,
  ENVIRONMENT_READERS,
  FILE_LINES_MAX,
  FREE_FOLDERS,
  FUNCTION_LINES_MAX,
  layerOf,
  separateFolderOf,
} from "./layers.ts";
import { listFiles, readSourceFile, ROOT, type SourceFile } from "./source-files.ts";

const files = listFiles("packages", [".ts", ".tsx"])
  .concat(FREE_FOLDERS.flatMap((folder) => listFiles(folder, [".ts", ".tsx"])))
  .filter((path) => !path.endsWith(".d.ts"));
const sources = files.map(readSourceFile);
const layered = sources.filter((source) => source.path.startsWith("packages/") && source.path.includes("/src/"));

describe("architecture", () => {
  it("reads every TypeScript file that exists", () => {
    const listed = trackedFiles().filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
    const seen = new Set(files);
    const missed = listed.filter((path) => !seen.has(path) && existsSync(join(ROOT, path)));
    assert.deepEqual(missed, [], "files that git knows and this test did not read");
    assert.ok(sources.flatMap((source) => source.imports).length > sources.length, "almost no imports were found");
  });

  it("has a layer for every source file", () => {
    assert.deepEqual(
      layered.filter((source) => layerOf(source.path) === undefined).map((source) => source.path),
      [],
    );
  });

  it("imports only what the layer table allows", () => {
    const found = layered.filter((source) => !isTest(source.path)).flatMap(forbiddenImports);
    assert.deepEqual(found, []);
  });

  it("follows the house rules of the language", () => {
    assert.deepEqual(
      sources.flatMap((source) => source.problems),
      [],
    );
  });

  it("keeps files and functions short", () => {
    const long = sources.filter((source) => source.lineCount > FILE_LINES_MAX);
    const found = long.map((source) => `${source.path}: ${source.lineCount} lines`);
    for (const source of sources.filter((candidate) => !isTest(candidate.path))) {
      for (const part of source.functions) {
        if (part.lineCount > FUNCTION_LINES_MAX)
          found.push(`${source.path}:${part.line}: function of ${part.lineCount} lines`);
      }
    }
    for (const path of listFiles("python", [".py"])) {
      const lineCount = readFileSync(join(ROOT, path), "utf8").split("\n").length;
      if (lineCount > FILE_LINES_MAX + 1) found.push(`${path}: ${lineCount} lines`);
    }
    assert.deepEqual(found, []);
  });

  it("names files in kebab-case after what they hold", () => {
    const found = files.filter((path) => {
      const name = basename(path).replace(/(\.test|\.config)?\.tsx?$/, "");
      return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || EMPTY_NAMES.includes(name);
    });
    assert.deepEqual(found, []);
  });

  it("reads the environment only where settings enter", () => {
    const found = sources.filter(
      (source) => source.readsEnvironment && !ENVIRONMENT_READERS.some((pattern) => pattern.test(source.path)),
    );
    assert.deepEqual(
      found.map((source) => source.path),
      [],
    );
  });

  it("keeps the domain free of clock, randomness and timers", () => {
    const domain = layered.filter((source) => layerOf(source.path)?.name === "domain" && !isTest(source.path));
    assert.deepEqual(
      domain.flatMap((source) => source.impureCalls.map((call) => `${source.path}: ${call}`)),
      [],
    );
  });
});

function forbiddenImports(source: SourceFile): string[] {
  const layer = layerOf(source.path);
  if (layer === undefined) return [];
  const found: string[] = [];
  for (const { specifier, line } of source.imports) {
    const at = `${source.path}:${line}`;
    const target = resolveImport(source.path, specifier);
    if (target === undefined) {
      if (layer.packages !== undefined && !layer.packages.includes(packageName(specifier))) {
        found.push(`${at}: ${layer.name} may not use package '${specifier}'`);
      }
      continue;
    }
    if (!/\.(tsx?|css|json|svg)$/.test(specifier)) found.push(`${at}: '${specifier}' does not end in .ts`);
    const other = layerOf(target);
    if (other === undefined || (other !== layer && !layer.mayImport.includes(other.name))) {
      found.push(`${at}: ${layer.name} may not import '${target}'${other === undefined ? "" : ` (${other.name})`}`);
    }
    if (other === layer && separateFolderOf(layer, target) !== separateFolderOf(layer, source.path)) {
      const both = separateFolderOf(layer, target) !== undefined && separateFolderOf(layer, source.path) !== undefined;
      if (both) found.push(`${at}: siblings in ${layer.name} may not import each other ('${target}')`);
    }
  }
  return found;
}

/** Path of a file of ours from the repository's root; `undefined` for npm packages and `node:` modules. */
function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return join(dirname(from), specifier);
  const own = /^@lazuli\/([^/]+)\/(.+)$/.exec(specifier);
  return own === null ? undefined : `packages/${own[1]}/src/${own[2]}`;
}

function packageName(specifier: string): string {
  return specifier.startsWith("@")
    ? specifier.split("/").slice(0, 2).join("/")
    : (specifier.split("/")[0] ?? specifier);
}

/** Tests, their shared suites and support files may reach across layers. */
function isTest(path: string): boolean {
  return /(\.test|-suite|-fixture)\.tsx?$/.test(path) || path.startsWith("test/");
}

/** What git knows or would add, so that a file this test cannot see does not pass unread. */
function trackedFiles(): string[] {
  try {
    const output = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    return output.split("\n").filter((path) => path !== "");
  } catch {
    // An unpacked archive has no git; the walk over the folders is then all there is.
    return files;
  }
}
