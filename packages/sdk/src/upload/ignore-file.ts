import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Whether a path (relative, with `/`) stays behind. */
export type Ignores = (path: string) => boolean;

/** The rules of `.amlignore` in the folder, else of `.gitignore`; nothing is ignored when neither is there. */
export async function readIgnoreFile(folder: string): Promise<Ignores> {
  for (const name of [".amlignore", ".gitignore"]) {
    const text = await readIfPresent(join(folder, name));
    if (text !== undefined) return parseIgnoreRules(text);
  }
  return () => false;
}

/** Git's rules: the last one that fits decides, `!` takes back, a final `/` means folders. */
export function parseIgnoreRules(text: string): Ignores {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ ignores: !line.startsWith("!"), pattern: compile(line.replace(/^!/, "")) }));
  return (path) => {
    let ignored = false;
    for (const rule of rules) if (rule.pattern.test(path)) ignored = rule.ignores;
    return ignored;
  };
}

/** A pattern without an inner `/` fits at any depth; what lies below a folder that fits is ignored with it. */
function compile(rule: string): RegExp {
  const folderOnly = rule.endsWith("/");
  const body = rule.replace(/\/$/, "");
  const anchored = body.includes("/");
  const source = translate(body.replace(/^\//, ""));
  return new RegExp(`^${anchored ? "" : "(?:.*/)?"}${source}${folderOnly ? "/.*" : "(?:/.*)?"}$`);
}

function translate(pattern: string): string {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    if (rest.startsWith("**/")) {
      source += "(?:.*/)?";
      at += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      at += 1;
    } else if (rest.startsWith("*")) source += "[^/]*";
    else if (rest.startsWith("?")) source += "[^/]";
    else if (/^\[!?[^\]]+\]/.test(rest)) {
      const group = /^\[(!?)([^\]]+)\]/.exec(rest);
      source += `[${group?.[1] === "!" ? "^" : ""}${(group?.[2] ?? "").replaceAll("\\", "\\\\")}]`;
      at += (group?.[0].length ?? 1) - 1;
    } else source += (pattern[at] ?? "").replace(/[.+^${}()|[\]\\]/g, "\\$&");
  }
  return source;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      return undefined;
    throw error;
  }
}
