import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const PIP_CONFIGS = [
  join(homedir(), ".config", "pip", "pip.conf"),
  join(homedir(), ".pip", "pip.conf"),
  "/etc/pip.conf",
];

/** Variables for uv: the package sources that pip is configured with, which uv does not read by itself. */
export function uvVariables(node: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const option = (name: string): string | undefined => {
    const variable = node[`PIP_${name.toUpperCase().replaceAll("-", "_")}`];
    return variable ?? PIP_CONFIGS.map((path) => readPipOption(path, name)).find((value) => value !== undefined);
  };
  return {
    UV_DEFAULT_INDEX: option("index-url"),
    UV_INDEX: existing(option("extra-index-url")),
    UV_FIND_LINKS: existing(option("find-links"))?.replaceAll(" ", ","),
    // As pip does: the best version of all sources, not that of the first source that knows the name.
    UV_INDEX_STRATEGY: "unsafe-best-match",
    UV_PYTHON_DOWNLOADS: "never",
    UV_NO_PROGRESS: "1",
    UV_COLOR: "never",
    NO_COLOR: "1",
    ...node,
  };
}

/** Leaves out folders that a configuration names and the machine does not have. */
function existing(value: string | undefined): string | undefined {
  const sources = (value ?? "").split(/\s+/).filter((source) => {
    const path = source.replace(/^file:\/\//, "");
    return source !== "" && (!path.startsWith("/") || existsSync(path));
  });
  return sources.length === 0 ? undefined : sources.join(" ");
}

function readPipOption(path: string, name: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  return new RegExp(`^\\s*${name}\\s*=\\s*(.+?)\\s*$`, "m").exec(text)?.[1];
}
