import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

export const ROOT = join(import.meta.dirname, "..", "..");

const SKIPPED = new Set(["node_modules", "dist", ".git", ".out", ".cache", ".node", "__pycache__"]);

export interface SourceFile {
  /** From the repository's root. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly { readonly specifier: string; readonly line: number }[];
  readonly problems: readonly string[];
  readonly functions: readonly { readonly line: number; readonly lineCount: number }[];
  readonly readsEnvironment: boolean;
  readonly impureCalls: readonly string[];
}

/** Paths of all files with one of the endings, below a folder of the repository. */
export function listFiles(folder: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (at: string) => {
    for (const entry of readdirSync(join(ROOT, at), { withFileTypes: true })) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  };
  if (statSync(join(ROOT, folder), { throwIfNoEntry: false })?.isDirectory() === true) walk(folder);
  return found.toSorted();
}

/** Reads one TypeScript file with a real parser: what it imports, and where it leaves the house rules. */
export function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const parsed = parseSync(path, text);
  const lineOf = lineFinder(text);
  const problems = parsed.errors.map((error) => `${path}: ${error.message}`);
  const imports = parsed.module.staticImports.map((found) => ({
    specifier: found.moduleRequest.value,
    line: lineOf(found.start),
  }));
  for (const found of parsed.module.staticExports) {
    for (const entry of found.entries) {
      if (entry.moduleRequest !== null)
        imports.push({ specifier: entry.moduleRequest.value, line: lineOf(entry.start) });
      if (entry.exportName.kind === "Default" && !path.endsWith(".config.ts"))
        problems.push(`${path}:${lineOf(entry.start)}: default export`);
    }
  }
  for (const found of parsed.module.dynamicImports) {
    const literal = /^["'](.*)["']$/.exec(text.slice(found.moduleRequest.start, found.moduleRequest.end));
    if (literal !== null) imports.push({ specifier: literal[1] ?? "", line: lineOf(found.start) });
  }
  const functions: { line: number; lineCount: number; start: number; end: number }[] = [];
  const noteFunction = (node: { start: number; end: number }) => {
    const lineCount = lineOf(node.end) - lineOf(node.start) + 1;
    functions.push({ line: lineOf(node.start), lineCount, start: node.start, end: node.end });
  };
  // A function that holds named functions reads like a module: their lines count for themselves only.
  const noteDeclaration = (node: { start: number; end: number }) => {
    noteFunction(node);
    const own = lineOf(node.end) - lineOf(node.start) + 1;
    for (const outer of functions) if (outer.start < node.start && outer.end > node.end) outer.lineCount -= own;
  };
  const lines = text.split("\n");
  let readsEnvironment = false;
  const visitor = new Visitor({
    FunctionDeclaration: noteDeclaration,
    FunctionExpression: noteFunction,
    ArrowFunctionExpression: noteFunction,
    TSAsExpression(node) {
      if (text.slice(node.typeAnnotation.start, node.typeAnnotation.end) === "const") return;
      if (!isExplained(lines, lineOf(node.start), lineOf(node.end))) {
        problems.push(`${path}:${lineOf(node.start)}: 'as' without a comment that justifies it`);
      }
    },
    TSNonNullExpression(node) {
      problems.push(`${path}:${lineOf(node.start)}: '!' hides that a value may be missing`);
    },
    MemberExpression(node) {
      const isProcess = node.object.type === "Identifier" && node.object.name === "process";
      if (isProcess && node.property.type === "Identifier" && node.property.name === "env") readsEnvironment = true;
    },
    TSAnyKeyword(node) {
      problems.push(`${path}:${lineOf(node.start)}: 'any'`);
    },
  });
  visitor.visit(parsed.program);
  for (const statement of parsed.program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "VariableDeclaration" && declaration.kind !== "const" && isShipped(path)) {
      problems.push(`${path}:${lineOf(statement.start)}: module-level mutable state`);
    }
  }
  return {
    path,
    lineCount: lines.length - (text.endsWith("\n") ? 1 : 0),
    imports,
    problems,
    functions,
    readsEnvironment,
    impureCalls: text.match(/\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|crypto\.)/g) ?? [],
  };
}

/** Tests and tools run once and end; what is shipped lives on. */
function isShipped(path: string): boolean {
  return path.startsWith("packages/") && !/\.test\.tsx?$/.test(path);
}

/** A comment on one of the lines, or on the line before, says why. */
function isExplained(lines: readonly string[], first: number, last: number): boolean {
  const near = lines.slice(Math.max(0, first - 2), last);
  return near.some((line) => /\/\/|\*\//.test(line));
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
