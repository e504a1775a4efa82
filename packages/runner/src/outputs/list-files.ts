import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/** Files that one task may leave behind; a job that makes more has most likely gone wild. */
const FILES_MAX = 1_000_000;
const DEPTH_MAX = 100;

/**
 * Plain files below a folder, by their names relative to it, with `/`. Symbolic links are followed while they stay
 * inside `confines`; one that leads out of it is left out, as are sockets and devices.
 */
export function listFiles(folder: string, confines: string): string[] {
  const root = realpathSync(confines);
  const names: string[] = [];
  const waiting = [{ path: folder, prefix: "", depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of readdirSync(next.path)) {
      if (names.length >= FILES_MAX) return names;
      const path = join(next.path, name);
      const kind = kindOf(path, root);
      if (kind === "file") names.push(next.prefix + name);
      if (kind === "folder" && next.depth < DEPTH_MAX) {
        waiting.push({ path, prefix: `${next.prefix}${name}/`, depth: next.depth + 1 });
      }
    }
  }
  return names.toSorted();
}

function kindOf(path: string, root: string): "file" | "folder" | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  if (!stat.isSymbolicLink()) return undefined;
  const real = realpathWhenPresent(path);
  if (real === undefined || !real.startsWith(root + sep)) return undefined;
  // A linked folder could lead back to itself; its files are collected where they really lie.
  return statSync(real).isFile() ? "file" : undefined;
}

function realpathWhenPresent(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // A link to nothing, or a loop of links.
    return undefined;
  }
}
